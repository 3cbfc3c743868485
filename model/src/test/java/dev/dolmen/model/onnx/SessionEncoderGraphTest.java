package dev.dolmen.model.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.dolmen.model.ServingModel;
import dev.dolmen.model.SessionModel;
import dev.dolmen.model.Workspace;
import dev.dolmen.model.data.DenseOptimizerOptions;
import dev.dolmen.model.data.FeatureBlock;
import dev.dolmen.model.data.FeatureColumn;
import dev.dolmen.model.data.GatheredRows;
import dev.dolmen.model.data.ModelOptions;
import dev.dolmen.model.data.Pooling;
import dev.dolmen.model.data.SessionInput;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The exported graph, run in ONNX Runtime, against our own forward. */
class SessionEncoderGraphTest {
  private static final int WIDTH = 24;
  private static final int CONTEXT = 5;
  private static final int LENGTH_MAX = 9;

  private final Random random = new Random(11);

  @ParameterizedTest
  @EnumSource(Pooling.class)
  void computesWhatOursDoes(Pooling pooling) throws OrtException, IOException {
    for (int layers : new int[] {0, 1, 3}) {
      for (boolean context : new boolean[] {false, true}) {
        ServingModel model = model(pooling, layers, context);
        for (int[] shape : new int[][] {{1, 1}, {1, 7}, {3, 4}, {2, LENGTH_MAX}}) {
          compare(model, SessionEncoderGraph.of(model), shape[0], shape[1], context);
        }
        compare(model, SessionEncoderGraph.of(model, 3, 4), 3, 4, context);
      }
    }
  }

  /** Random in all of its parameters, which are read as from a snapshot. */
  private ServingModel model(Pooling pooling, int layers, boolean context) throws IOException {
    ModelOptions options =
        ModelOptions.builder()
            .width(WIDTH)
            .layers(layers)
            .heads(3)
            .feedForwardWidth(40)
            .maxSessionLength(LENGTH_MAX)
            .pooling(pooling)
            .temperature(6f)
            .eventTypes(4)
            .gapBuckets(5)
            .itemColumns(List.of(new FeatureColumn("item_id", 0, WIDTH)), 0)
            .contextColumns(context ? List.of(new FeatureColumn("country", 1, CONTEXT)) : List.of())
            .build();
    SessionModel model = new SessionModel(options, DenseOptimizerOptions.defaults(), 3);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    model.writeTo(new DataOutputStream(bytes));
    ByteBuffer state = ByteBuffer.wrap(bytes.toByteArray());
    int header = 2 * Integer.BYTES + Long.BYTES;
    int parameters = state.getInt(Integer.BYTES);
    for (int i = 0; i < parameters; i++) {
      int at = header + i * Float.BYTES;
      state.putFloat(at, state.getFloat(at) + 0.3f * (float) random.nextGaussian());
    }
    model.readFrom(new DataInputStream(new ByteArrayInputStream(state.array())));
    return model.publish();
  }

  private void compare(ServingModel model, byte[] graph, int batch, int length, boolean context)
      throws OrtException {
    SessionInput input = input(batch, length, context);
    float[] expected = new float[batch * WIDTH];
    model.encodeSession(input, expected, new Workspace());
    float[] actual = run(graph, input, batch, length, context);
    double difference = 0;
    double norm = 0;
    for (int i = 0; i < expected.length; i++) {
      difference += Math.pow((double) actual[i] - expected[i], 2);
      norm += Math.pow(expected[i], 2);
    }
    assertThat(Math.sqrt(difference / norm)).isLessThan(1e-5);
  }

  /** Every second token has a context. */
  private SessionInput input(int batch, int length, boolean context) {
    FeatureBlock contexts = new FeatureBlock(context ? 1 : 0);
    GatheredRows rows = new GatheredRows(new int[] {WIDTH, CONTEXT});
    int tokens = batch * length;
    rows.rows[1] = tokens;
    rows.values[1] = numbers(tokens * CONTEXT);
    contexts.records = tokens;
    contexts.start = new int[tokens + 1];
    contexts.row = new int[tokens];
    contexts.weight = new float[tokens];
    Arrays.fill(contexts.weight, 1);
    SessionInput input = new SessionInput(contexts, rows);
    input.resize(batch, length, WIDTH);
    System.arraycopy(numbers(tokens * WIDTH), 0, input.itemVectors, 0, tokens * WIDTH);
    for (int t = 0; t < tokens; t++) {
      contexts.row[t] = t;
      contexts.start[t + 1] = context ? t + 1 : 0;
      input.type[t] = random.nextInt(4);
      input.gap[t] = random.nextInt(5);
      input.context[t] = context && t % 2 == 0 ? t : -1;
    }
    return input;
  }

  private float[] numbers(int count) {
    float[] x = new float[count];
    for (int i = 0; i < count; i++) {
      x[i] = (float) random.nextGaussian();
    }
    return x;
  }

  private static float[] run(
      byte[] graph, SessionInput input, int batch, int length, boolean context)
      throws OrtException {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    environment.setTelemetry(false);
    int tokens = batch * length;
    long[] shape = {batch, length};
    float[] has = new float[tokens];
    for (int t = 0; t < tokens; t++) {
      has[t] = input.context[t] < 0 ? 0 : 1;
    }
    Map<String, OnnxTensor> inputs = new HashMap<>();
    inputs.put("items", floats(environment, input.itemVectors, batch, length, WIDTH));
    inputs.put("types", OnnxTensor.createTensor(environment, longs(input.type, tokens), shape));
    inputs.put("gaps", OnnxTensor.createTensor(environment, longs(input.gap, tokens), shape));
    if (context) {
      float[] columns = input.contextRows.values[1];
      inputs.put("contexts", floats(environment, columns, batch, length, CONTEXT));
      inputs.put("has_context", floats(environment, has, batch, length, 1));
    }
    try (OrtSession session = environment.createSession(graph);
        OrtSession.Result result = session.run(inputs)) {
      float[][] sessions = (float[][]) result.get(0).getValue();
      float[] out = new float[batch * WIDTH];
      for (int b = 0; b < batch; b++) {
        System.arraycopy(sessions[b], 0, out, b * WIDTH, WIDTH);
      }
      return out;
    } finally {
      inputs.values().forEach(OnnxTensor::close);
    }
  }

  private static OnnxTensor floats(
      OrtEnvironment environment, float[] numbers, int batch, int length, int columns)
      throws OrtException {
    FloatBuffer buffer = FloatBuffer.wrap(numbers, 0, batch * length * columns);
    return OnnxTensor.createTensor(environment, buffer, new long[] {batch, length, columns});
  }

  private static LongBuffer longs(int[] values, int count) {
    return LongBuffer.wrap(Arrays.stream(values).limit(count).asLongStream().toArray());
  }
}
