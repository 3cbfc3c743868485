package dev.dolmen.bench.model;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.dolmen.model.ServingModel;
import dev.dolmen.model.data.SessionInput;
import dev.dolmen.model.onnx.SessionEncoderGraph;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.Map;

/**
 * The exported graph in ONNX Runtime, for one shape and with all of its optimisations, on one
 * thread; inputs are ready as tensors.
 */
final class OnnxEncoder implements AutoCloseable {
  private final OrtSession session;
  private final Map<String, OnnxTensor> inputs;
  private final float[] out;

  OnnxEncoder(ServingModel model, EncodeShape shape, SessionInput input) throws OrtException {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    environment.setTelemetry(false);
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(1);
      options.setInterOpNumThreads(1);
      options.setExecutionMode(OrtSession.SessionOptions.ExecutionMode.SEQUENTIAL);
      options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
      session =
          environment.createSession(
              SessionEncoderGraph.of(model, shape.batch(), shape.length()), options);
    }
    int floats = shape.tokens() * shape.width();
    long[] items = {shape.batch(), shape.length(), shape.width()};
    inputs =
        Map.of(
            "items",
            OnnxTensor.createTensor(
                environment, FloatBuffer.wrap(input.itemVectors, 0, floats), items),
            "types",
            indices(environment, input.type, shape),
            "gaps",
            indices(environment, input.gap, shape));
    out = new float[shape.batch() * shape.width()];
  }

  private static OnnxTensor indices(OrtEnvironment environment, int[] values, EncodeShape shape)
      throws OrtException {
    long[] wide = Arrays.stream(values).limit(shape.tokens()).asLongStream().toArray();
    long[] dimensions = {shape.batch(), shape.length()};
    return OnnxTensor.createTensor(environment, LongBuffer.wrap(wide), dimensions);
  }

  /** Session vectors, [B, D]; the same array on every call. */
  float[] encode() {
    try (OrtSession.Result result = session.run(inputs);
        OnnxTensor sessions = (OnnxTensor) result.get(0)) {
      sessions.getFloatBuffer().get(out);
      return out;
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime", e);
    }
  }

  @Override
  public void close() throws OrtException {
    inputs.values().forEach(OnnxTensor::close);
    session.close();
  }
}
