package dev.dolmen.bench.model;

import dev.dolmen.model.SessionModel;
import dev.dolmen.model.data.GatheredRows;
import dev.dolmen.model.data.TrainingBatch;
import java.util.Arrays;
import java.util.List;

/** Training steps: forward, backward, clip and AdamW; ours and PyTorch. */
final class TrainFigures {
  static final String OP = "train";
  private static final int CHECKED_STEPS = 3;
  private static final int NEGATIVES = 512;
  private static final int CATALOGUE = 40_000;

  private final Rounds rounds;

  TrainFigures(Rounds rounds) {
    this.rounds = rounds;
  }

  /** Sampled softmax with sessions of 20, and the full one over 40,000 items. */
  static List<TrainShape> shapes(boolean quick) {
    TrainShape sampled = new TrainShape(new EncodeShape(64, 20, 64), NEGATIVES, CATALOGUE);
    if (quick) {
      return List.of(sampled);
    }
    return List.of(
        sampled,
        new TrainShape(new EncodeShape(64, 5, 64), NEGATIVES, CATALOGUE),
        new TrainShape(new EncodeShape(64, 50, 64), NEGATIVES, CATALOGUE),
        new TrainShape(new EncodeShape(128, 20, 64), NEGATIVES, CATALOGUE),
        new TrainShape(new EncodeShape(64, 20, 64), 0, CATALOGUE));
  }

  List<ModelLine> measure(TrainShape shape) {
    SessionModel model = shape.encode().model();
    TrainingBatch batch = shape.batch();
    GatheredRows rows = shape.rows();
    try (TorchTrainer torch = new TorchTrainer(model.publish(), shape, batch, rows.values[0])) {
      double error = check(shape, model, batch, rows, torch);
      List<Rounds.Figure> figures =
          rounds.measure(List.of(() -> step(model, batch, rows), torch::step));
      return List.of(
          ModelLine.timed(OP, shape.toString(), ModelLine.DOLMEN, figures.get(0)),
          ModelLine.timed(OP, shape.toString(), ModelLine.DJL, figures.get(1)).withError(error));
    }
  }

  private static double step(SessionModel model, TrainingBatch batch, GatheredRows rows) {
    Arrays.fill(rows.gradients[0], 0);
    batch.number++;
    model.forward(batch, rows);
    double loss = model.backward(batch, rows);
    model.step();
    return loss;
  }

  /** Losses and the gradients of the rows over the first steps; the largest error. */
  private static double check(
      TrainShape shape,
      SessionModel model,
      TrainingBatch batch,
      GatheredRows rows,
      TorchTrainer torch) {
    String what = "djl, train " + shape;
    float[] losses = new float[CHECKED_STEPS];
    float[] torchLosses = new float[CHECKED_STEPS];
    double error = 0;
    for (int i = 0; i < CHECKED_STEPS; i++) {
      losses[i] = (float) step(model, batch, rows);
      torchLosses[i] = torch.step();
      error = Math.max(error, gradientError(what, shape, rows, torch));
    }
    return Math.max(error, Numbers.checkedError(what, torchLosses, losses, CHECKED_STEPS));
  }

  private static double gradientError(
      String what, TrainShape shape, GatheredRows rows, TorchTrainer torch) {
    int width = shape.encode().width();
    float[] mean = Arrays.copyOfRange(rows.gradients[0], width, rows.gradients[0].length);
    for (int i = 0; i < mean.length; i++) {
      mean[i] /= shape.predictions();
    }
    return Numbers.checkedError(what + ", row gradients", torch.rowGradients(), mean, mean.length);
  }
}
