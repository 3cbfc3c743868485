package dev.dolmen.model;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import dev.dolmen.model.layer.ParameterLayout.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The model as PyTorch's tensor operations, with PyTorch's own gradients. All tokens of a batch are
 * one matrix; what belongs together is said by matrices of constants: which rows a column pools,
 * which item a token shows, which tokens a token sees. Nothing of the model's code is used but the
 * names and shapes of its tensors.
 */
final class TorchModel implements AutoCloseable {
  private final NDManager manager = NDManager.newBaseManager(Device.cpu());
  private final ModelOptions options;
  private final TrainingBatch batch;
  private boolean[] dropped;
  final Map<String, NDArray> parameters = new LinkedHashMap<>();
  final NDArray[] rows;

  /** Of the last pass, [P, V]. */
  float[] logits = new float[0];

  /**
   * Takes over the parameters and rows of this moment.
   *
   * @param dropped items whose id is dropped; empty for none
   */
  TorchModel(SessionModel model, RandomBatch random, boolean[] dropped) {
    options = model.options();
    batch = random.batch;
    this.dropped = dropped;
    for (Tensor t : model.layout().tensors()) {
      if (t.size() > 0) {
        float[] values = new float[t.size()];
        System.arraycopy(model.parameters(), t.offset(), values, 0, values.length);
        parameters.put(t.name(), learned(values, t.rows(), t.columns()));
      }
    }
    rows = new NDArray[random.rows.values.length];
    for (int s = 0; s < rows.length; s++) {
      int dim = random.rows.dim[s];
      if (dim > 0) {
        rows[s] = learned(random.rows.values[s], random.rows.values[s].length / dim, dim);
      }
    }
  }

  private NDArray learned(float[] values, int rowCount, int columns) {
    NDArray array = manager.create(values, new Shape(rowCount, columns));
    array.setRequiresGradient(true);
    return array;
  }

  /** Drops other ids from now on. */
  void drop(boolean[] items) {
    dropped = items;
  }

  /** Moves a slot's rows down their gradients. */
  void stepRows(int slot, float rate) {
    if (rows[slot] != null) {
      replace(rows[slot], rows[slot].sub(rows[slot].getGradient().mul(rate)));
    }
  }

  /** Writes new numbers into a learned array, past the recording of operations. */
  static void replace(NDArray array, NDArray numbers) {
    array.setRequiresGradient(false);
    numbers.copyTo(array);
    array.setRequiresGradient(true);
  }

  /** Forward and backward; returns the loss, as a sum over the predictions. */
  double pass() {
    try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
      collector.zeroGradients();
      NDArray items = itemVectors(dropped);
      NDArray scores = logits(items, sessionVectors(items));
      NDArray loss = nextItemLoss(scores);
      collector.backward(loss);
      logits = scores.toFloatArray();
      return loss.getFloat();
    }
  }

  /** A matrix of constants. */
  private NDArray constant(float[][] matrix) {
    return manager.create(matrix);
  }

  private NDArray p(String name) {
    return Objects.requireNonNull(parameters.get(name), name);
  }

  private NDArray linear(String name, NDArray x) {
    return x.matMul(p(name + "/weight")).add(p(name + "/bias"));
  }

  private NDArray layerNorm(String name, NDArray x) {
    NDArray centred = x.sub(x.mean(new int[] {1}, true));
    NDArray variance = centred.square().mean(new int[] {1}, true);
    return centred.div(variance.add(1e-5f).sqrt()).mul(p(name + "/gain")).add(p(name + "/bias"));
  }

  private static NDArray unit(NDArray x, float length) {
    return x.div(x.square().sum(new int[] {1}, true).add(1e-8f).sqrt()).mul(length);
  }

  private NDArray pooled(List<FeatureColumn> columns, FeatureBlock block, boolean[] replaced) {
    NDList parts = new NDList();
    for (int c = 0; c < columns.size(); c++) {
      FeatureColumn column = columns.get(c);
      NDArray slot = rows[column.slot()];
      float[][] weights = new float[block.records][(int) slot.getShape().get(0)];
      for (int r = 0; r < block.records; r++) {
        int cell = r * block.columns + c;
        if (c == options.idColumn() && replaced.length > 0 && replaced[r]) {
          weights[r][0] = 1;
          continue;
        }
        for (int e = block.start[cell]; e < block.start[cell + 1]; e++) {
          weights[r][block.row[e]] += block.weight[e];
        }
      }
      parts.add(constant(weights).matMul(slot));
    }
    return beside(parts);
  }

  /** Columns side by side; of a single array DJL's own concat gives a copy without a history. */
  private static NDArray beside(NDList parts) {
    return parts.size() == 1 ? parts.get(0) : NDArrays.concat(parts, 1);
  }

  private NDArray itemVectors(boolean[] replaced) {
    return unit(linear("item", pooled(options.itemColumns(), batch.items, replaced)), 1);
  }

  /** One row a token, with a one where {@code index} says, or none below 0. */
  private NDArray oneHot(int[] index, int count, int columns) {
    float[][] matrix = new float[count][columns];
    for (int i = 0; i < count; i++) {
      if (index[i] >= 0) {
        matrix[i][index[i]] = 1;
      }
    }
    return constant(matrix);
  }

  private int[] sessionOf() {
    int[] session = new int[batch.tokens()];
    for (int s = 0; s < batch.sessions; s++) {
      java.util.Arrays.fill(session, batch.sessionStart[s], batch.sessionStart[s + 1], s);
    }
    return session;
  }

  private NDArray tokens(NDArray items) {
    int count = batch.tokens();
    NDArray x =
        oneHot(batch.tokenItem, count, batch.items.records)
            .matMul(items)
            .mul(Math.sqrt(options.width()))
            .add(oneHot(batch.tokenType, count, options.eventTypes()).matMul(p("type")))
            .add(oneHot(batch.tokenGap, count, options.gapBuckets()).matMul(p("gap")));
    if (options.contextColumns().isEmpty()) {
      return x;
    }
    NDArray contexts =
        linear("context", pooled(options.contextColumns(), batch.contexts, new boolean[0]));
    return x.add(oneHot(batch.tokenContext, count, batch.contexts.records).matMul(contexts));
  }

  private NDArray sessionVectors(NDArray items) {
    NDArray x = tokens(items);
    for (int l = 0; l < options.layers(); l++) {
      x = layer("layer" + l, x);
    }
    x = layerNorm("norm", x);
    int[] session = sessionOf();
    float[][] shares = new float[batch.predictions][batch.tokens()];
    for (int p = 0; p < batch.predictions; p++) {
      int last = batch.predictionToken[p];
      int first = batch.sessionStart[session[last]];
      for (int t = options.pooling() == Pooling.LAST ? last : first; t <= last; t++) {
        shares[p][t] = options.pooling() == Pooling.LAST ? 1 : 1f / (last - first + 1);
      }
    }
    return unit(constant(shares).matMul(x), options.temperature());
  }

  /** 0 where a token sees another one, its own session's past, and as good as -infinity else. */
  private NDArray mask() {
    int[] session = sessionOf();
    float[][] mask = new float[session.length][session.length];
    for (int i = 0; i < session.length; i++) {
      for (int j = 0; j < session.length; j++) {
        mask[i][j] = session[i] == session[j] && j <= i ? 0 : -1e30f;
      }
    }
    return constant(mask);
  }

  /** A number a distance, [1, L], as a matrix over pairs of tokens. */
  private NDArray byDistance(NDArray numbers) {
    int count = batch.tokens();
    int[] distance = new int[count * count];
    for (int i = 0; i < count; i++) {
      for (int j = 0; j < count; j++) {
        int d = i - j;
        distance[i * count + j] = d >= 0 && d < options.maxSessionLength() ? d : -1;
      }
    }
    return oneHot(distance, count * count, options.maxSessionLength())
        .matMul(numbers.transpose())
        .reshape(count, count);
  }

  private NDArray layer(String name, NDArray x) {
    int width = options.width();
    int headWidth = width / options.heads();
    NDArray qkv = linear(name + "/qkv", layerNorm(name + "/norm1", x));
    NDArray mask = mask();
    NDList mixed = new NDList();
    for (int h = 0; h < options.heads(); h++) {
      NDArray query = part(qkv, h * headWidth, headWidth);
      NDArray key = part(qkv, width + h * headWidth, headWidth);
      NDArray value = part(qkv, 2 * width + h * headWidth, headWidth);
      NDArray bias = byDistance(p(name + "/attention/distance").get(h + ":" + (h + 1) + ", :"));
      NDArray scores = query.matMul(key.transpose()).div(Math.sqrt(headWidth)).add(bias);
      mixed.add(scores.add(mask).softmax(1).matMul(value));
    }
    NDArray middle = x.add(linear(name + "/projection", beside(mixed)));
    NDArray hidden = linear(name + "/up", layerNorm(name + "/norm2", middle));
    return middle.add(linear(name + "/down", gelu(hidden)));
  }

  private static NDArray part(NDArray x, int from, int count) {
    return x.get(":, " + from + ":" + (from + count));
  }

  /** {@code torch.nn.functional.gelu(x, approximate="tanh")}. */
  private static NDArray gelu(NDArray x) {
    NDArray inner = x.add(x.pow(3).mul(0.044715f)).mul((float) Math.sqrt(2 / Math.PI));
    return x.mul(0.5f).mul(inner.tanh().add(1));
  }

  private NDArray logits(NDArray items, NDArray sessions) {
    NDArray candidates = items.get("0:" + batch.candidates + ", :");
    float[][] prior = new float[1][batch.candidates];
    float[][] logQ = new float[1][batch.candidates];
    System.arraycopy(batch.candidatePrior, 0, prior[0], 0, batch.candidates);
    System.arraycopy(batch.candidateLogQ, 0, logQ[0], 0, batch.candidates);
    NDArray offsets = constant(prior).mul(p("prior/weight")).sub(constant(logQ));
    return sessions.matMul(candidates.transpose()).add(offsets).add(signals());
  }

  private NDArray signals() {
    int candidates = batch.candidates;
    float[][] weights = new float[batch.predictions * candidates][ScoreTerms.COUNT];
    float[][] offsets = new float[batch.predictions][candidates];
    for (int p = 0; p < batch.predictions; p++) {
      for (int s = batch.signalStart[p]; s < batch.signalStart[p + 1]; s++) {
        int v = batch.signalCandidate[s];
        weights[p * candidates + v][batch.signalTerm[s]] += batch.signalWeight[s];
        offsets[p][v] += batch.signalOffset[s];
      }
    }
    NDArray terms =
        NDArrays.concat(
            new NDList(p("repeat/distance"), p("covisit/long"), p("covisit/recent")), 1);
    return constant(weights)
        .matMul(terms.transpose())
        .reshape(batch.predictions, candidates)
        .add(constant(offsets));
  }

  private NDArray nextItemLoss(NDArray logits) {
    float[][] wanted = new float[batch.predictions][batch.candidates];
    for (int p = 0; p < batch.predictions; p++) {
      wanted[p][batch.predictionTarget[p]] = batch.predictionWeight[p];
    }
    return logits.logSoftmax(1).mul(constant(wanted)).sum().neg();
  }

  @Override
  public void close() {
    manager.close();
  }
}
