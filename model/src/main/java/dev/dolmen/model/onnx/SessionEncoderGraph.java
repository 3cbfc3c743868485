package dev.dolmen.model.onnx;

import dev.dolmen.model.ServingModel;
import dev.dolmen.model.data.FeatureColumn;
import dev.dolmen.model.data.ModelOptions;
import dev.dolmen.model.data.Pooling;
import dev.dolmen.model.onnx.OnnxGraph.Attribute;
import java.util.Arrays;
import java.util.List;

/**
 * The session encoder as an ONNX model. Inputs: {@code items}, float [B, L, D], item vectors;
 * {@code types} and {@code gaps}, int64 [B, L]; where the model knows contexts {@code contexts},
 * float [B, L, C], their pooled columns, and {@code has_context}, float [B, L, 1], 1 or 0. Output:
 * {@code sessions}, float [B, D]. Sessions of a call have one length, which is the caller's to
 * choose up to the model's; there is no padding.
 *
 * <p>Like ours it computes no more of the last layer than the last position, where that is all that
 * the pooling reads.
 */
public final class SessionEncoderGraph {
  private static final float NORM_EPSILON = 1e-5f;
  private static final float UNIT_EPSILON = 1e-8f;

  /** Score of a position that has not come yet. */
  private static final float MASKED = -1e30f;

  private final ServingModel model;
  private final ModelOptions options;
  private final Object batch;
  private final Object length;
  private final OnnxGraph graph = new OnnxGraph("dolmen_session_encoder");

  private SessionEncoderGraph(ServingModel model, Object batch, Object length) {
    this.model = model;
    options = model.options();
    this.batch = batch;
    this.length = length;
  }

  /** The model as bytes, for any number of sessions and any length. */
  public static byte[] of(ServingModel model) {
    return new SessionEncoderGraph(model, "batch", "length").toBytes();
  }

  /** The model as bytes, for one shape: who runs it can prepare more. */
  public static byte[] of(ServingModel model, int batch, int length) {
    return new SessionEncoderGraph(model, batch, length).toBytes();
  }

  private byte[] toBytes() {
    String x = tokens();
    String distances = distances();
    String past = graph.node("Less", List.of(distances, graph.scalar(0L)));
    String nearest = graph.node("Max", List.of(distances, graph.scalar(0L)));
    boolean lastOnly = options.pooling() == Pooling.LAST && options.layers() > 0;
    for (int l = 0; l < options.layers(); l++) {
      String name = "layer" + l;
      String table =
          tensor(name + "/attention/distance", options.heads(), options.maxSessionLength());
      String biases = graph.node("Gather", List.of(table, nearest), Attribute.of("axis", 1L));
      String bias = graph.node("Where", List.of(past, graph.scalar(MASKED), biases));
      x = layer(name, x, bias, lastOnly && l == options.layers() - 1);
    }
    String pooled = pool(norm(x, "norm"), lastOnly);
    graph.output("sessions", unit(pooled), batch, options.width());
    return graph.toBytes(
        "Session encoder of Dolmen: items [B, L, D], types and gaps [B, L] to sessions [B, D]");
  }

  private String tensor(String name, int... shape) {
    return graph.constant(name, model.tensor(name), shape);
  }

  private String add(String a, String b) {
    return graph.node("Add", List.of(a, b));
  }

  private String mul(String a, String b) {
    return graph.node("Mul", List.of(a, b));
  }

  private String matMul(String a, String b) {
    return graph.node("MatMul", List.of(a, b));
  }

  private String tokens() {
    int width = options.width();
    String items = graph.floats("items", batch, length, width);
    String types = graph.integers("types", batch, length);
    String gaps = graph.integers("gaps", batch, length);
    String typeTable = tensor("type", options.eventTypes(), width);
    String gapTable = tensor("gap", options.gapBuckets(), width);
    String x = mul(items, graph.scalar((float) Math.sqrt(width)));
    x = add(x, graph.node("Gather", List.of(typeTable, types)));
    x = add(x, graph.node("Gather", List.of(gapTable, gaps)));
    int columns = options.contextColumns().stream().mapToInt(FeatureColumn::dim).sum();
    if (columns == 0) {
      return x;
    }
    String contexts = graph.floats("contexts", batch, length, columns);
    String has = graph.floats("has_context", batch, length, 1);
    return add(x, mul(linear(contexts, "context", columns, width), has));
  }

  private String linear(String x, String name, int in, int out) {
    return add(matMul(x, tensor(name + "/weight", in, out)), tensor(name + "/bias", out));
  }

  private String norm(String x, String name) {
    return graph.node(
        "LayerNormalization",
        List.of(
            x, tensor(name + "/gain", options.width()), tensor(name + "/bias", options.width())),
        Attribute.of("axis", -1L),
        Attribute.of("epsilon", NORM_EPSILON));
  }

  /** i - j of positions i and j, [L, L]; negative for what has not come yet. */
  private String distances() {
    String shape = graph.node("Shape", List.of("items"));
    String count = graph.node("Gather", List.of(shape, graph.scalar(1L)), Attribute.of("axis", 0L));
    String positions = graph.node("Range", List.of(graph.scalar(0L), count, graph.scalar(1L)));
    String rows = graph.node("Unsqueeze", List.of(positions, graph.constant(1)));
    String columns = graph.node("Unsqueeze", List.of(positions, graph.constant(0)));
    return graph.node("Sub", List.of(rows, columns));
  }

  private String layer(String name, String x, String bias, boolean lastOnly) {
    int width = options.width();
    int inner = options.feedForwardWidth();
    String normed = norm(x, name + "/norm1");
    String query = columns(name + "/qkv", lastOnly ? last(normed, 1) : normed, 0, width);
    String keyValue = columns(name + "/qkv", normed, width, 3 * width);
    List<String> halves =
        graph.nodes(
            "Split",
            2,
            List.of(keyValue),
            Attribute.of("axis", 2L),
            Attribute.of("num_outputs", 2L));
    String biasRows = lastOnly ? last(bias, 1) : bias;
    String mixed = attention(query, halves.get(0), halves.get(1), biasRows);
    String from = lastOnly ? last(x, 1) : x;
    String middle = add(from, linear(mixed, name + "/projection", width, width));
    String hidden = linear(norm(middle, name + "/norm2"), name + "/up", width, inner);
    String activated = graph.node("Gelu", List.of(hidden), Attribute.of("approximate", "tanh"));
    return add(middle, linear(activated, name + "/down", inner, width));
  }

  /** x · W + b for the columns {@code from} to {@code to - 1} of W and b. */
  private String columns(String name, String x, int from, int to) {
    int in = options.width();
    int out = 3 * in;
    float[] weight = model.tensor(name + "/weight");
    float[] part = new float[in * (to - from)];
    for (int i = 0; i < in; i++) {
      System.arraycopy(weight, i * out + from, part, i * (to - from), to - from);
    }
    float[] bias = Arrays.copyOfRange(model.tensor(name + "/bias"), from, to);
    String w = graph.constant(name + "/weight" + from, part, in, to - from);
    return add(matMul(x, w), graph.constant(name + "/bias" + from, bias, to - from));
  }

  /** The last of an axis, which stays. */
  private String last(String x, int axis) {
    return graph.node(
        "Slice",
        List.of(x, graph.constant(-1), graph.constant(Long.MAX_VALUE), graph.constant(axis)));
  }

  private String attention(String query, String key, String value, String bias) {
    float scale = (float) (1 / Math.sqrt((double) options.width() / options.heads()));
    String scores = matMul(heads(query, 0, 2, 1, 3), heads(key, 0, 2, 3, 1));
    String biased = add(mul(scores, graph.scalar(scale)), bias);
    String shares = graph.node("Softmax", List.of(biased), Attribute.of("axis", -1L));
    String mixed =
        graph.node(
            "Transpose",
            List.of(matMul(shares, heads(value, 0, 2, 1, 3))),
            Attribute.of("perm", List.of(0, 2, 1, 3)));
    return graph.node("Reshape", List.of(mixed, graph.constant(0, 0, options.width())));
  }

  /** [B, L, D] as [B, L, H, D / H], its axes in another order. */
  private String heads(String x, Integer... order) {
    int heads = options.heads();
    String parts =
        graph.node("Reshape", List.of(x, graph.constant(0, 0, heads, options.width() / heads)));
    return graph.node("Transpose", List.of(parts), Attribute.of("perm", List.of(order)));
  }

  /** [B, L, D], or the last position alone, to [B, D]. */
  private String pool(String x, boolean lastOnly) {
    String axis = graph.constant(1);
    return switch (options.pooling()) {
      case LAST -> graph.node("Squeeze", List.of(lastOnly ? x : last(x, 1), axis));
      case MEAN -> graph.node("ReduceMean", List.of(x, axis), Attribute.of("keepdims", 0L));
      case ATTENTION -> {
        String weighted = mul(x, shares(x));
        yield graph.node("ReduceSum", List.of(weighted, axis), Attribute.of("keepdims", 0L));
      }
    };
  }

  /** Shares of learned pooling, [B, L, 1]: those of the session's last position. */
  private String shares(String x) {
    int width = options.width();
    String table = tensor("pooling/distance", options.maxSessionLength(), 1);
    String distances = graph.node("Squeeze", List.of(last(distances(), 0), graph.constant(0)));
    String bias = graph.node("Gather", List.of(table, distances), Attribute.of("axis", 0L));
    String scale = graph.scalar((float) (1 / Math.sqrt(width)));
    String scores = mul(matMul(x, tensor("pooling/query", width, 1)), scale);
    return graph.node("Softmax", List.of(add(scores, bias)), Attribute.of("axis", 1L));
  }

  private String unit(String x) {
    String squares =
        graph.node(
            "ReduceSum", List.of(mul(x, x), graph.constant(-1)), Attribute.of("keepdims", 1L));
    String norm = graph.node("Sqrt", List.of(add(squares, graph.scalar(UNIT_EPSILON))));
    return graph.node("Div", List.of(mul(x, graph.scalar(options.temperature())), norm));
  }
}
