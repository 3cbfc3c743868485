package dev.dolmen.server.budget;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Estimates from a message's encoded bytes what it will take on the heap, before it is parsed: two
 * bytes of an empty submessage become an object of a hundred. Immutable; any thread.
 */
public final class WireWeight {
  /** An object with its fields and its place in a list or a map. */
  static final int MESSAGE_BYTES = 96;

  /** A string with its array and its place, without its characters. */
  static final int TEXT_BYTES = 56;

  /** A number, boxed or not. */
  static final int NUMBER_BYTES = 16;

  /** Protobuf's own limit of recursion. */
  private static final int DEPTH_MAX = 100;

  /** By field number: what is a message itself. */
  private final Map<Integer, WireWeight> parts = new HashMap<>();

  private WireWeight() {}

  /** For messages of a type. */
  public static WireWeight of(Descriptor type) {
    return of(type, new HashMap<>());
  }

  private static WireWeight of(Descriptor type, Map<Descriptor, WireWeight> known) {
    WireWeight found = known.get(type);
    if (found != null) {
      return found;
    }
    WireWeight made = new WireWeight();
    known.put(type, made);
    for (FieldDescriptor field : type.getFields()) {
      if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
        made.parts.put(field.getNumber(), of(field.getMessageType(), known));
      }
    }
    return made;
  }

  /**
   * The estimate, in bytes. Of bytes that are no message, of the part before they cease to be one:
   * the parser does not come further.
   */
  public long of(byte[] message) {
    Sum sum = new Sum();
    try {
      add(CodedInputStream.newInstance(message), sum);
    } catch (InvalidProtocolBufferException e) {
      // Refused by the parser.
    } catch (IOException e) {
      throw new UncheckedIOException("reading an array", e);
    }
    return sum.bytes;
  }

  private static final class Sum {
    long bytes;
    int depth;
  }

  private void add(CodedInputStream in, Sum sum) throws IOException {
    sum.bytes += MESSAGE_BYTES;
    sum.depth++;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (WireFormat.getTagWireType(tag) != WireFormat.WIRETYPE_LENGTH_DELIMITED) {
        sum.bytes += NUMBER_BYTES;
        if (!in.skipField(tag)) {
          return; // The end of a group that never began.
        }
        continue;
      }
      int length = in.readRawVarint32();
      WireWeight part = part(tag, sum.depth);
      if (part == null) {
        sum.bytes += TEXT_BYTES + length;
        in.skipRawBytes(length);
      } else {
        int limit = in.pushLimit(length);
        part.add(in, sum);
        in.popLimit(limit);
      }
    }
    sum.depth--;
  }

  /** Null for text, for bytes, and for what is nested more deeply than a parser reads. */
  private @Nullable WireWeight part(int tag, int depth) {
    return depth > DEPTH_MAX ? null : parts.get(WireFormat.getTagFieldNumber(tag));
  }
}
