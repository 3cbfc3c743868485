package dev.dolmen.model;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import dev.dolmen.model.data.FeatureBlock;
import dev.dolmen.model.data.FeatureColumn;
import dev.dolmen.model.data.ModelOptions;
import dev.dolmen.model.data.Pooling;
import dev.dolmen.model.data.SignalFeatures;
import dev.dolmen.model.data.TaskOptions;
import dev.dolmen.model.data.TrainingBatch;
import dev.dolmen.model.layer.ParameterLayout.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * The model as PyTorch's tensor operations, with PyTorch's own gradients. All tokens of a batch are
 * one matrix; what belongs together is said by matrices of constants: which rows a column pools,
 * which item a token shows, which tokens a token sees. Nothing of the model's code is used but the
 * names and shapes of its tensors. One instance is for one pass: gradients add up in PyTorch.
 */
final class TorchModel implements AutoCloseable {
  /** Own candidates of a prediction at most. */
  private static final int OWN = 2;

  /** Added to the score of one that there is not. */
  private static final float ABSENT = -1e9f;

  private final NDManager manager = NDManager.newBaseManager(Device.cpu());
  private final ModelOptions options;
  private final TrainingBatch batch;
  private final boolean[] unadmitted;
  private final boolean[] dropped;
  final Map<String, NDArray> parameters = new LinkedHashMap<>();
  final NDArray[] rows;

  /** Of the last pass, [P, V]. */
  float[] logits = new float[0];

  /** Of the last pass, a mean over the examples of each task. */
  double[] losses = new double[0];

  /** Of the last pass, sums of the examples' weights. */
  double[] examples = new double[0];

  /**
   * For one pass over the model's parameters and the batch's rows of this moment.
   *
   * @param dropped items whose id is dropped; empty for none
   */
  TorchModel(SessionModel model, RandomBatch random, boolean[] dropped) {
    this(model, values(model), random.rows.values, random, dropped);
  }

  /** For one pass over these parameters, by tensor, and rows, by slot. */
  TorchModel(
      SessionModel model,
      Map<String, float[]> values,
      float[][] rowValues,
      RandomBatch random,
      boolean[] dropped) {
    options = model.options();
    batch = random.batch;
    unadmitted = random.rows.unadmitted;
    this.dropped = dropped;
    for (Tensor t : model.layout().tensors()) {
      if (t.size() > 0) {
        float[] numbers = Objects.requireNonNull(values.get(t.name()), t.name());
        parameters.put(t.name(), learned(numbers, t.rows(), t.columns()));
      }
    }
    rows = new NDArray[rowValues.length];
    for (int s = 0; s < rows.length; s++) {
      int dim = random.rows.dim[s];
      if (dim > 0) {
        rows[s] = learned(rowValues[s], rowValues[s].length / dim, dim);
      }
    }
  }

  /** The model's parameters by tensor, as copies. */
  static Map<String, float[]> values(SessionModel model) {
    Map<String, float[]> values = new LinkedHashMap<>();
    for (Tensor t : model.layout().tensors()) {
      int end = t.offset() + t.size();
      values.put(t.name(), Arrays.copyOfRange(model.parameters(), t.offset(), end));
    }
    return values;
  }

  private NDArray learned(float[] values, int rowCount, int columns) {
    NDArray array = manager.create(values, new Shape(rowCount, columns));
    array.setRequiresGradient(true);
    return array;
  }

  /** Rows of a slot after a step down their gradients. */
  float[] rowsAfter(int slot, float rate) {
    return rows[slot].sub(rows[slot].getGradient().mul(rate)).toFloatArray();
  }

  /** Forward and backward; fills losses, logits and gradients. */
  void pass() {
    TaskOptions tasks = options.tasks();
    int categories = tasks.categoryColumns().size();
    examples = new double[1 + categories + (tasks.clicks() ? 1 : 0)];
    losses = new double[examples.length];
    try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
      NDArray items = itemVectors(dropped);
      NDArray sessions = sessionVectors(items);
      NDArray scores = logits(items, predicting(sessions));
      NDList perTask = new NDList(crossEntropy(scores, batch.predictionTarget));
      for (int p = 0; p < batch.predictions; p++) {
        examples[0] += batch.predictionWeight[p];
      }
      for (int task = 1; task <= categories; task++) {
        perTask.add(categoryLoss(task, sessions));
      }
      if (tasks.clicks()) {
        perTask.add(clickLoss(categories + 1, items, sessions));
      }
      collector.backward(weighted(perTask));
      logits = scores.toFloatArray();
      for (int i = 0; i < logits.length; i++) {
        logits[i] = logits[i] < ABSENT / 2 ? 0 : logits[i];
      }
      for (int task = 0; task < losses.length; task++) {
        losses[task] = perTask.get(task).getFloat() / examples[task];
      }
    }
  }

  /** What a step divides by: predictions and shown items. */
  double weight() {
    boolean clicks = options.tasks().clicks();
    return examples[0]
        + (clicks ? options.tasks().clickWeight() * examples[examples.length - 1] : 0);
  }

  /** A matrix of constants. */
  private NDArray constant(float[][] matrix) {
    return manager.create(matrix);
  }

  /**
   * A number as an array that lives as long as this. DJL's own operations on a number free it at
   * once, and PyTorch, which keeps it for the backward, then reads what has come in its place.
   */
  private NDArray constant(double number) {
    return manager.create(new float[] {(float) number});
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

  private NDArray unit(NDArray x, float length) {
    return x.div(x.square().sum(new int[] {1}, true).add(1e-8f).sqrt()).mul(constant(length));
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
      NDArray part = constant(weights).matMul(slot);
      boolean gated = block == batch.items && c == options.idColumn() && options.idGate();
      parts.add(gated ? part.mul(gate(replaced)) : part);
    }
    return beside(parts);
  }

  /** The learned factors for items without an id row, 1 for the others, [I, dim]. */
  private NDArray gate(boolean[] replaced) {
    float[][] open = new float[batch.items.records][1];
    float[][] closed = new float[batch.items.records][1];
    for (int i = 0; i < batch.items.records; i++) {
      int row = valueOf(i, options.idColumn());
      boolean cold = (replaced.length > 0 && replaced[i]) || (row >= 0 && unadmitted[row]);
      closed[i][0] = cold ? 1 : 0;
      open[i][0] = cold ? 0 : 1;
    }
    return constant(closed).mul(p("item/id-gate")).add(constant(open));
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
      Arrays.fill(session, batch.sessionStart[s], batch.sessionStart[s + 1], s);
    }
    return session;
  }

  private NDArray tokens(NDArray items) {
    int count = batch.tokens();
    NDArray x =
        oneHot(batch.tokenItem, count, batch.items.records)
            .matMul(items)
            .mul(constant(Math.sqrt(options.width())))
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
    return unit(shares(x).matMul(x), options.temperature());
  }

  /** Which part of each token goes into each query's vector, [Q, T]. */
  private NDArray shares(NDArray x) {
    int[] session = sessionOf();
    int count = batch.tokens();
    float[][] constant = new float[batch.queries()][count];
    float[][] mask = new float[batch.queries()][count];
    int[] distance = new int[batch.queries() * count];
    Arrays.fill(distance, -1);
    for (int q = 0; q < batch.queries(); q++) {
      int last = batch.predictionToken[q];
      int first = batch.sessionStart[session[last]];
      Arrays.fill(mask[q], -1e30f);
      for (int t = first; t <= last; t++) {
        mask[q][t] = 0;
        distance[q * count + t] = last - t;
        constant[q][t] = options.pooling() == Pooling.MEAN ? 1f / (last - first + 1) : 0;
      }
      constant[q][last] = options.pooling() == Pooling.LAST ? 1 : constant[q][last];
    }
    if (options.pooling() != Pooling.ATTENTION) {
      return constant(constant);
    }
    NDArray content =
        x.matMul(p("pooling/query").transpose()).div(constant(Math.sqrt(options.width())));
    NDArray place =
        oneHot(distance, distance.length, options.maxSessionLength())
            .matMul(p("pooling/distance").transpose())
            .reshape(batch.queries(), count);
    return place.add(content.transpose()).add(constant(mask)).softmax(1);
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
      NDArray scores = query.matMul(key.transpose()).div(constant(Math.sqrt(headWidth))).add(bias);
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
  private NDArray gelu(NDArray x) {
    NDArray inner =
        x.add(x.mul(x).mul(x).mul(constant(0.044715))).mul(constant(Math.sqrt(2 / Math.PI)));
    return x.mul(constant(0.5)).mul(inner.tanh().add(1));
  }

  private NDArray logits(NDArray items, NDArray sessions) {
    NDArray candidates = items.get("0:" + batch.candidates + ", :");
    float[][] prior = new float[1][batch.candidates];
    float[][] logQ = new float[1][batch.candidates];
    System.arraycopy(batch.candidatePrior, 0, prior[0], 0, batch.candidates);
    System.arraycopy(batch.candidateLogQ, 0, logQ[0], 0, batch.candidates);
    NDArray offsets = constant(prior).mul(p("prior/weight")).sub(constant(logQ));
    NDArray shared = sessions.matMul(candidates.transpose()).add(offsets);
    return NDArrays.concat(new NDList(shared, own(items, sessions)), 1).add(signals());
  }

  /** Scores of {@value #OWN} candidates of its own for each prediction, [P, OWN]. */
  private NDArray own(NDArray items, NDArray sessions) {
    long[] record = new long[batch.predictions * OWN];
    float[][] prior = new float[batch.predictions][OWN];
    float[][] absent = new float[batch.predictions][OWN];
    for (int p = 0; p < batch.predictions; p++) {
      int own = batch.ownStart[p + 1] - batch.ownStart[p];
      for (int o = 0; o < OWN; o++) {
        if (o < own) {
          record[p * OWN + o] = batch.ownItem[batch.ownStart[p] + o];
          prior[p][o] = batch.ownPrior[batch.ownStart[p] + o];
        } else {
          absent[p][o] = ABSENT;
        }
      }
    }
    int width = options.width();
    NDArray vectors =
        items.get(items.getManager().create(record)).reshape(batch.predictions, OWN, width);
    return vectors
        .mul(sessions.reshape(batch.predictions, 1, width))
        .sum(new int[] {2})
        .add(constant(prior).mul(p("prior/weight")))
        .add(constant(absent));
  }

  private NDArray signals() {
    int columns = batch.candidates + OWN;
    float[][] features = new float[batch.predictions * columns][SignalFeatures.COUNT];
    float[][] has = new float[batch.predictions * columns][1];
    float[][] offsets = new float[batch.predictions][columns];
    for (int p = 0; p < batch.predictions; p++) {
      for (int s = batch.signalStart[p]; s < batch.signalStart[p + 1]; s++) {
        int row = p * columns + batch.signalItem[s];
        has[row][0] = 1;
        for (int f = 0; f < SignalFeatures.COUNT; f++) {
          features[row][f] = batch.signalFeatures[f][s];
        }
        offsets[p][batch.signalItem[s]] = batch.signalOffset[s];
      }
      for (int c = batch.certainStart[p]; c < batch.certainStart[p + 1]; c++) {
        offsets[p][batch.certain[c]] += batch.candidateLogQ[batch.certain[c]];
      }
    }
    NDArray x = constant(features);
    NDArray ofVisits = x.get(":, 0:13");
    NDArray ofLikeness = x.get(":, 13:18");
    NDArray visits = ofVisits.matMul(p("signals/visits/units")).add(p("signals/visits/biases"));
    NDArray likeness = ofLikeness.matMul(p("signals/likeness/units"));
    return signal("visits", ofVisits, visits)
        .mul(x.get(":, 18:19"))
        .add(signal("likeness", ofLikeness, likeness))
        .mul(constant(has))
        .reshape(batch.predictions, columns)
        .add(constant(offsets));
  }

  private NDArray signal(String name, NDArray features, NDArray units) {
    return units
        .getNDArrayInternal()
        .relu()
        .matMul(p("signals/" + name + "/outputs").transpose())
        .add(features.matMul(p("signals/" + name + "/linear").transpose()));
  }

  /** {@code torch.nn.functional.cross_entropy} with label smoothing; below 0 is no target. */
  private NDArray crossEntropy(NDArray scores, int[] target) {
    float smoothing = options.tasks().labelSmoothing();
    int classes = (int) scores.getShape().get(1);
    int shared = scores.getShape().get(1) == batch.candidates + OWN ? batch.candidates : classes;
    float[][] wanted = new float[batch.predictions][classes];
    for (int p = 0; p < batch.predictions; p++) {
      if (target[p] >= 0) {
        Arrays.fill(wanted[p], 0, shared, batch.predictionWeight[p] * smoothing / shared);
        wanted[p][target[p]] += batch.predictionWeight[p] * (1 - smoothing);
      }
    }
    return scores.logSoftmax(1).mul(constant(wanted)).sum().neg();
  }

  private int valueOf(int item, int column) {
    int cell = item * batch.items.columns + column;
    int entry = batch.items.start[cell];
    return entry < batch.items.start[cell + 1] ? batch.items.row[entry] : -1;
  }

  /** Predictions alone of the session vectors. */
  private NDArray predicting(NDArray sessions) {
    return sessions.get("0:" + batch.predictions + ", :");
  }

  private NDArray categoryLoss(int task, NDArray sessions) {
    int column = options.tasks().categoryColumns().get(task - 1);
    FeatureColumn feature = options.itemColumns().get(column);
    double[] absent = new double[(int) rows[feature.slot()].getShape().get(0)];
    for (int v = 0; v < batch.candidates; v++) {
      if (valueOf(v, column) >= 0) {
        double chance = Math.exp(batch.candidateLogChance[v]);
        absent[valueOf(v, column)] += Math.log(1 - chance) / chance;
      }
    }
    int[] values = IntStream.range(0, absent.length).filter(row -> absent[row] != 0).toArray();
    float[][] correction = new float[1][values.length];
    for (int k = 0; k < values.length; k++) {
      correction[0][k] = (float) -Math.log(1 - Math.exp(absent[values[k]]));
    }
    int[] target = new int[batch.predictions];
    for (int p = 0; p < batch.predictions; p++) {
      target[p] = Arrays.binarySearch(values, valueOf(batch.predictionTarget[p], column));
      examples[task] += target[p] < 0 ? 0 : batch.predictionWeight[p];
    }
    NDArray hidden = linear("predict/" + feature.name(), predicting(sessions));
    NDArray vectors = oneHot(values, values.length, absent.length).matMul(rows[feature.slot()]);
    NDArray scores = hidden.matMul(vectors.transpose()).add(constant(correction));
    return crossEntropy(scores, target);
  }

  /** {@code torch.nn.functional.binary_cross_entropy_with_logits}. */
  private NDArray clickLoss(int task, NDArray items, NDArray sessions) {
    int[] position = new int[batch.shown];
    float[][] numbers = new float[3][batch.shown];
    for (int n = 0; n < batch.shown; n++) {
      position[n] = Math.min(31, batch.shownPosition[n]);
      numbers[0][n] = batch.shownLogRate[n];
      numbers[1][n] = batch.shownClicked[n] ? 1 : 0;
      numbers[2][n] = batch.shownWeight[n];
      examples[task] += batch.shownWeight[n];
    }
    NDArray session =
        oneHot(batch.shownQuery, batch.shown, batch.queries()).matMul(linear("click", sessions));
    NDArray item = oneHot(batch.shownItem, batch.shown, batch.items.records).matMul(items);
    NDArray place =
        oneHot(position, batch.shown, 32).matMul(p("click/position").transpose()).reshape(-1);
    NDArray logit =
        session
            .mul(item)
            .sum(new int[] {1})
            .add(place)
            .add(p("click/start").reshape(-1))
            .sub(manager.create(numbers[0]));
    NDArray entropy =
        logit
            .maximum(constant(0))
            .sub(logit.mul(manager.create(numbers[1])))
            .add(logit.abs().neg().exp().add(1).log());
    return entropy.mul(manager.create(numbers[2])).sum();
  }

  /** Kendall et al.'s sum, or one with fixed weights. */
  private NDArray weighted(NDList perTask) {
    TaskOptions tasks = options.tasks();
    NDArray total = constant(0);
    for (int task = 0; task < perTask.size(); task++) {
      int categories = tasks.categoryColumns().size();
      float beside = task <= categories ? tasks.categoryWeight() : tasks.clickWeight();
      NDArray loss = perTask.get(task);
      if (tasks.learnedWeights()) {
        NDArray s = p("task/log-variance").get("0, " + task);
        loss = loss.mul(s.neg().exp()).add(s.mul(constant(examples[task] / 2)));
      }
      total = total.add(loss.mul(constant(task == 0 ? 1 : beside)));
    }
    return total;
  }

  @Override
  public void close() {
    manager.close();
  }
}
