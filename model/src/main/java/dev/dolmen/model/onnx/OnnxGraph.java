package dev.dolmen.model.onnx;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * An ONNX model under construction (onnx.proto, IR version 9, operators of opset 20): every value
 * is named by the operation that makes it, and that name is returned.
 */
final class OnnxGraph {
  private static final int IR_VERSION = 9;
  private static final int OPSET = 20;
  private static final int FLOAT = 1;
  private static final int INT64 = 7;

  private static final int ATTRIBUTE_FLOAT = 1;
  private static final int ATTRIBUTE_INT = 2;
  private static final int ATTRIBUTE_TEXT = 3;
  private static final int ATTRIBUTE_INTS = 7;

  private final ProtoWriter graph = new ProtoWriter();
  private int values;

  OnnxGraph(String name) {
    graph.text(2, name);
  }

  /** An attribute of an operation. */
  record Attribute(ProtoWriter message) {
    static Attribute of(String name, long value) {
      return new Attribute(
          new ProtoWriter().text(1, name).integer(3, value).integer(20, ATTRIBUTE_INT));
    }

    static Attribute of(String name, float value) {
      return new Attribute(
          new ProtoWriter().text(1, name).number(2, value).integer(20, ATTRIBUTE_FLOAT));
    }

    static Attribute of(String name, String value) {
      return new Attribute(
          new ProtoWriter().text(1, name).text(4, value).integer(20, ATTRIBUTE_TEXT));
    }

    static Attribute of(String name, List<Integer> value) {
      ProtoWriter message = new ProtoWriter().text(1, name);
      value.forEach(v -> message.integer(8, v));
      return new Attribute(message.integer(20, ATTRIBUTE_INTS));
    }
  }

  /** An input of floats; a dimension is a number, or a name where it is open. */
  String floats(String name, Object... dimensions) {
    graph.message(11, value(name, FLOAT, dimensions));
    return name;
  }

  /** An input of whole numbers. */
  String integers(String name, Object... dimensions) {
    graph.message(11, value(name, INT64, dimensions));
    return name;
  }

  /** Names a value as the output. */
  void output(String name, String value, Object... dimensions) {
    graph.message(
        1, new ProtoWriter().text(1, value).text(2, name).text(3, name).text(4, "Identity"));
    graph.message(12, value(name, FLOAT, dimensions));
  }

  private static ProtoWriter value(String name, int type, Object... dimensions) {
    ProtoWriter shape = new ProtoWriter();
    for (Object d : dimensions) {
      ProtoWriter dimension = new ProtoWriter();
      if (d instanceof Integer size) {
        dimension.integer(1, size);
      } else {
        dimension.text(2, d.toString());
      }
      shape.message(1, dimension);
    }
    ProtoWriter tensor = new ProtoWriter().integer(1, type).message(2, shape);
    return new ProtoWriter().text(1, name).message(2, new ProtoWriter().message(1, tensor));
  }

  /** A constant tensor of floats. */
  String constant(String name, float[] numbers, int... shape) {
    ByteBuffer raw = ByteBuffer.allocate(4 * numbers.length).order(ByteOrder.LITTLE_ENDIAN);
    raw.asFloatBuffer().put(numbers);
    return tensor(name, FLOAT, raw.array(), shape);
  }

  /** A constant vector of whole numbers. */
  String constant(long... numbers) {
    return integers(numbers, numbers.length);
  }

  /** A constant whole number. */
  String scalar(long number) {
    return integers(new long[] {number});
  }

  /** A constant number. */
  String scalar(float number) {
    return constant(next("number"), new float[] {number});
  }

  private String integers(long[] numbers, int... shape) {
    ByteBuffer raw = ByteBuffer.allocate(8 * numbers.length).order(ByteOrder.LITTLE_ENDIAN);
    raw.asLongBuffer().put(numbers);
    return tensor(next("integers"), INT64, raw.array(), shape);
  }

  private String tensor(String name, int type, byte[] raw, int... shape) {
    ProtoWriter tensor = new ProtoWriter();
    for (int size : shape) {
      tensor.integer(1, size);
    }
    graph.message(5, tensor.integer(2, type).text(8, name).bytes(9, raw));
    return name;
  }

  /** An operation with one output. */
  String node(String operation, List<String> inputs, Attribute... attributes) {
    return nodes(operation, 1, inputs, attributes).getFirst();
  }

  /** An operation with several outputs. */
  List<String> nodes(String operation, int outputs, List<String> inputs, Attribute... attributes) {
    ProtoWriter node = new ProtoWriter();
    inputs.forEach(input -> node.text(1, input));
    String name = next(operation);
    List<String> names =
        java.util.stream.IntStream.range(0, outputs).mapToObj(i -> name + "/" + i).toList();
    names.forEach(output -> node.text(2, output));
    node.text(3, name).text(4, operation);
    for (Attribute attribute : attributes) {
      node.message(5, attribute.message());
    }
    graph.message(1, node);
    return names;
  }

  private String next(String kind) {
    return kind + "_" + values++;
  }

  /** The whole model. */
  byte[] toBytes(String documentation) {
    return new ProtoWriter()
        .integer(1, IR_VERSION)
        .text(2, "dolmen")
        .text(6, documentation)
        .message(7, graph)
        .message(8, new ProtoWriter().text(1, "").integer(2, OPSET))
        .toBytes();
  }
}
