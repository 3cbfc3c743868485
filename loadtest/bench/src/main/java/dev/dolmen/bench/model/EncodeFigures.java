package dev.dolmen.bench.model;

import ai.onnxruntime.OrtException;
import dev.dolmen.model.ServingModel;
import dev.dolmen.model.Workspace;
import dev.dolmen.model.data.SessionInput;
import java.util.ArrayList;
import java.util.List;

/** The forward of sessions: ours, PyTorch, ONNX Runtime. */
final class EncodeFigures {
  static final String OP = "encode";

  private final Rounds rounds;

  EncodeFigures(Rounds rounds) {
    this.rounds = rounds;
  }

  /** All shapes, or those that the headline figures are of. */
  static List<EncodeShape> shapes(boolean quick) {
    if (quick) {
      return List.of(
          new EncodeShape(64, 20, 1), new EncodeShape(64, 20, 8), new EncodeShape(64, 20, 64));
    }
    List<EncodeShape> shapes = new ArrayList<>();
    for (int width : new int[] {64, 128}) {
      for (int length : new int[] {5, 20, 50}) {
        for (int batch : new int[] {1, 8, 64}) {
          shapes.add(new EncodeShape(width, length, batch));
        }
      }
    }
    return shapes;
  }

  List<ModelLine> measure(EncodeShape shape) throws OrtException {
    ServingModel model = shape.model().publish();
    SessionInput input = shape.sessions();
    Workspace workspace = new Workspace();
    int floats = shape.batch() * shape.width();
    float[] ours = new float[floats];
    model.encodeSession(input, ours, workspace);
    try (TorchEncoder torch = new TorchEncoder(model, shape, input);
        OnnxEncoder onnx = new OnnxEncoder(model, shape, input)) {
      String what = "encode " + shape;
      double torchError = Numbers.checkedError("djl, " + what, torch.encode(), ours, floats);
      double onnxError = Numbers.checkedError("onnxruntime, " + what, onnx.encode(), ours, floats);
      List<Rounds.Figure> figures =
          rounds.measure(
              List.of(
                  () -> model.encodeSession(input, ours, workspace), torch::encode, onnx::encode));
      return List.of(
          ModelLine.timed(OP, shape.toString(), ModelLine.DOLMEN, figures.get(0)),
          ModelLine.timed(OP, shape.toString(), ModelLine.DJL, figures.get(1))
              .withError(torchError),
          ModelLine.timed(OP, shape.toString(), ModelLine.ONNX_RUNTIME, figures.get(2))
              .withError(onnxError));
    }
  }
}
