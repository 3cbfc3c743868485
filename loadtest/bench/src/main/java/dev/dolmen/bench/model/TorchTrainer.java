package dev.dolmen.bench.model;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import dev.dolmen.model.ServingModel;
import dev.dolmen.model.data.DenseOptimizerOptions;
import dev.dolmen.model.data.ModelOptions;
import dev.dolmen.model.data.TrainingBatch;
import dev.dolmen.model.layer.ParameterLayout.Tensor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Training steps in PyTorch: forward, autograd, and AdamW behind a clip on the norm, tensor by
 * tensor. Gradients of the item rows are computed and left to whoever keeps the rows, as in ours.
 */
final class TorchTrainer implements AutoCloseable {
  private final NDManager manager = NDManager.newBaseManager();
  private final TorchLayers layers;
  private final ModelOptions options;
  private final DenseOptimizerOptions rates = DenseOptimizerOptions.defaults();
  private final List<Tensor> tensors;
  private final Map<String, NDArray> firstMoments = new HashMap<>();
  private final Map<String, NDArray> secondMoments = new HashMap<>();
  private final TrainShape shape;

  /** The candidates' rows, [V, D]. */
  private final NDArray rows;

  private final NDArray tokenItem;
  private final NDArray types;
  private final NDArray gaps;
  private final NDArray distances;
  private final NDArray mask;
  private final NDArray targets;
  private final NDArray logQ;
  private int steps;

  TorchTrainer(ServingModel model, TrainShape shape, TrainingBatch batch, float[] rowValues) {
    layers = new TorchLayers(model, manager);
    options = model.options();
    this.shape = shape;
    // The score's terms are of no use without signals: their gradients are 0.
    tensors =
        model.tensors().stream()
            .filter(t ->
                t.name().startsWith("item/")
                    || t.name().startsWith("layer")
                    || List.of("type", "gap", "norm/gain", "norm/bias").contains(t.name()))
            .toList();
    for (Tensor tensor : tensors) {
      NDArray weight = layers.weight(tensor.name());
      weight.setRequiresGradient(true);
      firstMoments.put(tensor.name(), manager.zeros(weight.getShape()));
      secondMoments.put(tensor.name(), manager.zeros(weight.getShape()));
    }
    int width = shape.encode().width();
    int length = shape.encode().length();
    int sessions = shape.encode().batch();
    rows =
        manager.create(
            Arrays.copyOfRange(rowValues, width, rowValues.length),
            new Shape(shape.candidates(), width));
    rows.setRequiresGradient(true);
    tokenItem = indices(batch.tokenItem, sessions, length);
    types = indices(batch.tokenType, sessions, length);
    gaps = indices(batch.tokenGap, sessions, length);
    distances = layers.distances(length);
    mask = layers.mask(length);
    targets = indices(batch.predictionTarget, shape.predictions(), 1);
    logQ = manager.create(batch.candidateLogQ);
  }

  private NDArray indices(int[] values, int first, int second) {
    return manager.create(Arrays.stream(values).asLongStream().toArray()).reshape(first, second);
  }

  /** One step; the mean loss. */
  float step() {
    try (NDManager scratch = manager.newSubManager()) {
      scratch.tempAttachAll(rows, tokenItem, types, gaps, distances, mask, targets, logQ);
      scratch.tempAttachAll(layers.weights.values().toArray(NDArray[]::new));
      scratch.tempAttachAll(firstMoments.values().toArray(NDArray[]::new));
      scratch.tempAttachAll(secondMoments.values().toArray(NDArray[]::new));
      clearGradients();
      float loss;
      try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
        NDArray mean = loss();
        collector.backward(mean);
        loss = mean.getFloat();
      }
      update();
      return loss;
    }
  }

  private NDArray loss() {
    NDArray items = layers.unit(layers.linear(rows, "item"), 1);
    NDArray x = layers.tokens(TorchLayers.rows(tokenItem, items), types, gaps);
    for (int l = 0; l < options.layers(); l++) {
      x = layers.layer(l, x, layers.distanceBias(l, distances, mask));
    }
    int length = shape.encode().length();
    NDArray predicting = layers.layerNorm(x, "norm").split(new long[] {length - 1}, 1).get(0);
    NDArray sessions =
        layers.unit(
            predicting.reshape(shape.predictions(), options.width()), options.temperature());
    NDArray scores = sessions.matMul(items.transpose()).sub(logQ);
    return scores.logSoftmax(-1).gather(targets, 1).mean().neg();
  }

  private void clearGradients() {
    if (steps > 0) {
      for (Tensor tensor : tensors) {
        layers.weight(tensor.name()).getGradient().muli(0);
      }
      rows.getGradient().muli(0);
    }
  }

  /** Gradients of the rows in the last step, [V, D], of the mean loss. */
  float[] rowGradients() {
    try (NDArray gradient = rows.getGradient()) {
      return gradient.toFloatArray();
    }
  }

  private void update() {
    @Nullable NDArray squares = null;
    for (Tensor tensor : tensors) {
      NDArray sum = layers.weight(tensor.name()).getGradient().square().sum();
      squares = squares == null ? sum : squares.addi(sum);
    }
    double norm = squares == null ? 0 : Math.sqrt(squares.getFloat());
    double clip = norm > rates.gradientNormMax() ? rates.gradientNormMax() / norm : 1;
    steps++;
    double rate = rates.learningRate(steps, steps - 1, Double.POSITIVE_INFINITY);
    double rate1 = rate / (1 - Math.pow(rates.beta1(), steps));
    double root2 = Math.sqrt(1 - Math.pow(rates.beta2(), steps));
    for (Tensor tensor : tensors) {
      NDArray weight = layers.weight(tensor.name());
      NDArray gradient = weight.getGradient();
      NDArray first = firstMoments.get(tensor.name());
      NDArray second = secondMoments.get(tensor.name());
      if (first == null || second == null) {
        throw new IllegalStateException("no moments of " + tensor.name());
      }
      first.muli(rates.beta1()).addi(gradient.mul((1 - rates.beta1()) * clip));
      second.muli(rates.beta2()).addi(gradient.square().muli((1 - rates.beta2()) * clip * clip));
      if (tensor.decays()) {
        weight.muli(1 - rate * rates.weightDecay());
      }
      // m / (√(v / c2) + ε) = m √c2 / (√v + ε √c2)
      NDArray root = second.sqrt().addi(rates.epsilon() * root2);
      weight.subi(first.mul(rate1 * root2).divi(root));
    }
  }

  @Override
  public void close() {
    manager.close();
  }
}
