package dev.dolmen.model;

import static java.util.Objects.requireNonNull;

import dev.dolmen.model.data.FeatureBlock;
import dev.dolmen.model.data.FeatureColumn;
import dev.dolmen.model.data.GatheredRows;
import dev.dolmen.model.data.ModelOptions;
import dev.dolmen.model.data.TaskOptions;
import dev.dolmen.model.data.TrainingBatch;
import dev.dolmen.model.data.VectorBlock;
import dev.dolmen.model.layer.ParameterLayout.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The model in double precision, written from its definition and independently of the layers: one
 * session, one token, one number at a time. The oracle for forward, loss and, by central
 * differences, every gradient.
 */
final class ReferenceModel {
  final double[] parameters;
  final double[][] rows;
  private final ModelOptions options;
  private final Map<String, Tensor> tensors = new HashMap<>();
  private final boolean[] unadmitted;

  ReferenceModel(SessionModel model, GatheredRows gathered) {
    options = model.options();
    for (Tensor tensor : model.layout().tensors()) {
      tensors.put(tensor.name(), tensor);
    }
    unadmitted = gathered.unadmitted;
    parameters = doubles(model.parameters());
    rows = new double[gathered.values.length][];
    for (int s = 0; s < rows.length; s++) {
      rows[s] = doubles(gathered.values[s]);
    }
  }

  private static double[] doubles(float[] x) {
    double[] y = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      y[i] = x[i];
    }
    return y;
  }

  private Tensor tensor(String name) {
    return requireNonNull(tensors.get(name), name);
  }

  private double p(String name, int row, int column) {
    return p(tensor(name), row, column);
  }

  private double p(Tensor tensor, int row, int column) {
    return parameters[tensor.offset() + row * tensor.columns() + column];
  }

  private double[] linear(String name, double[] x) {
    Tensor w = tensor(name + "/weight");
    Tensor bias = tensor(name + "/bias");
    double[] y = new double[w.columns()];
    for (int j = 0; j < y.length; j++) {
      y[j] = parameters[bias.offset() + j];
      for (int i = 0; i < x.length; i++) {
        y[j] += x[i] * parameters[w.offset() + i * y.length + j];
      }
    }
    return y;
  }

  private double[] layerNorm(String name, double[] x) {
    double mean = 0;
    for (double v : x) {
      mean += v / x.length;
    }
    double variance = 0;
    for (double v : x) {
      variance += (v - mean) * (v - mean) / x.length;
    }
    int gain = tensor(name + "/gain").offset();
    int bias = tensor(name + "/bias").offset();
    double[] y = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      y[i] = (x[i] - mean) / Math.sqrt(variance + 1e-5) * parameters[gain + i];
      y[i] += parameters[bias + i];
    }
    return y;
  }

  private static double[] unit(double[] x, double length) {
    double squares = 1e-8;
    for (double v : x) {
      squares += v * v;
    }
    double[] y = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      y[i] = length * x[i] / Math.sqrt(squares);
    }
    return y;
  }

  private double[] pooled(
      List<FeatureColumn> columns, FeatureBlock block, int record, int replaced) {
    int width = columns.stream().mapToInt(FeatureColumn::dim).sum();
    double[] out = new double[width];
    int at = 0;
    for (int c = 0; c < columns.size(); c++) {
      int dim = columns.get(c).dim();
      double[] slot = rows[columns.get(c).slot()];
      int cell = record * columns.size() + c;
      for (int d = 0; d < dim; d++) {
        if (c == replaced) {
          out[at + d] = slot[d];
          continue;
        }
        for (int e = block.start[cell]; e < block.start[cell + 1]; e++) {
          out[at + d] += (double) block.weight[e] * slot[block.row[e] * dim + d];
        }
      }
      at += dim;
    }
    return out;
  }

  double[] item(TrainingBatch batch, int i, boolean[] dropped) {
    boolean drop = dropped.length > 0 && dropped[i];
    int replaced = drop ? options.idColumn() : -1;
    double[] columns = pooled(options.itemColumns(), batch.items, i, replaced);
    addVectors(batch.items, i, columns);
    int row = valueOf(batch, i, options.idColumn());
    if (options.idGate() && (drop || (row >= 0 && unadmitted[row]))) {
      int at = 0;
      for (int c = 0; c < options.idColumn(); c++) {
        at += options.itemColumns().get(c).dim();
      }
      for (int d = 0; d < options.itemColumns().get(options.idColumn()).dim(); d++) {
        columns[at + d] *= p("item/id-gate", 0, d);
      }
    }
    return unit(linear("item", columns), 1);
  }

  private void addVectors(FeatureBlock block, int record, double[] columns) {
    int at = 0;
    int vector = 0;
    for (FeatureColumn column : options.itemColumns()) {
      if (column.dimension() > 0) {
        VectorBlock vectors = block.vectors[vector++];
        String name = "item/" + column.name();
        Tensor weight = tensor(name + "/weight");
        for (int d = 0; d < column.dim(); d++) {
          columns[at + d] += vectors.present[record] ? 0 : p(name + "/missing", 0, d);
          for (int k = 0; k < column.dimension() && vectors.present[record]; k++) {
            columns[at + d] += vectors.numbers[record * column.dimension() + k] * p(weight, k, d);
          }
        }
      }
      at += column.dim();
    }
  }

  /** Vectors after the last norm, of all tokens of one session. */
  private double[][] session(TrainingBatch batch, int s, double[][] items) {
    int start = batch.sessionStart[s];
    int n = batch.sessionStart[s + 1] - start;
    int width = options.width();
    double[][] x = new double[n][width];
    Tensor type = tensor("type");
    Tensor gap = tensor("gap");
    for (int i = 0; i < n; i++) {
      int t = start + i;
      for (int d = 0; d < width; d++) {
        x[i][d] =
            Math.sqrt(width) * items[batch.tokenItem[t]][d]
                + p(type, batch.tokenType[t], d)
                + p(gap, batch.tokenGap[t], d);
      }
      if (batch.tokenContext[t] >= 0 && !options.contextColumns().isEmpty()) {
        add(
            x[i],
            linear(
                "context",
                pooled(options.contextColumns(), batch.contexts, batch.tokenContext[t], -1)));
      }
    }
    for (int l = 0; l < options.layers(); l++) {
      layer("layer" + l, x);
    }
    for (int i = 0; i < n; i++) {
      x[i] = layerNorm("norm", x[i]);
    }
    return x;
  }

  private static void add(double[] x, double[] y) {
    for (int d = 0; d < x.length; d++) {
      x[d] += y[d];
    }
  }

  private void layer(String name, double[][] x) {
    int width = options.width();
    int headWidth = width / options.heads();
    double[][] qkv = new double[x.length][];
    for (int i = 0; i < x.length; i++) {
      qkv[i] = linear(name + "/qkv", layerNorm(name + "/norm1", x[i]));
    }
    for (int i = 0; i < x.length; i++) {
      double[] mixed = new double[width];
      for (int h = 0; h < options.heads(); h++) {
        double[] share = new double[i + 1];
        double sum = 0;
        for (int j = 0; j <= i; j++) {
          double score = 0;
          for (int d = h * headWidth; d < (h + 1) * headWidth; d++) {
            score += qkv[i][d] * qkv[j][width + d];
          }
          share[j] =
              Math.exp(score / Math.sqrt(headWidth) + p(name + "/attention/distance", h, i - j));
          sum += share[j];
        }
        for (int j = 0; j <= i; j++) {
          for (int d = h * headWidth; d < (h + 1) * headWidth; d++) {
            mixed[d] += share[j] / sum * qkv[j][2 * width + d];
          }
        }
      }
      add(x[i], linear(name + "/projection", mixed));
    }
    for (double[] token : x) {
      double[] hidden = linear(name + "/up", layerNorm(name + "/norm2", token));
      for (int d = 0; d < hidden.length; d++) {
        double v = hidden[d];
        hidden[d] = v * 0.5 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (v + 0.044715 * v * v * v)));
      }
      add(token, linear(name + "/down", hidden));
    }
  }

  /** Session vectors of all predictions, then of the moments at which items were shown. */
  double[][] sessionVectors(TrainingBatch batch, boolean[] dropped) {
    double[][] items = new double[batch.items.records][];
    for (int i = 0; i < items.length; i++) {
      items[i] = item(batch, i, dropped);
    }
    double[][] out = new double[batch.queries()][];
    for (int s = 0; s < batch.sessions; s++) {
      double[][] tokens = session(batch, s, items);
      int start = batch.sessionStart[s];
      for (int q = 0; q < out.length; q++) {
        int last = batch.predictionToken[q] - start;
        if (last >= 0 && last < tokens.length) {
          out[q] = unit(pooledPositions(tokens, last), options.temperature());
        }
      }
    }
    return out;
  }

  private double[] pooledPositions(double[][] tokens, int last) {
    double[] share = new double[last + 1];
    double sum = 0;
    for (int i = 0; i <= last; i++) {
      share[i] =
          switch (options.pooling()) {
            case LAST -> i == last ? 1 : 0;
            case MEAN -> 1;
            case ATTENTION -> Math.exp(poolingScore(tokens[i], last - i));
          };
      sum += share[i];
    }
    double[] z = new double[options.width()];
    for (int i = 0; i <= last; i++) {
      for (int d = 0; d < z.length; d++) {
        z[d] += share[i] / sum * tokens[i][d];
      }
    }
    return z;
  }

  private double poolingScore(double[] token, int distance) {
    double score = p("pooling/distance", 0, distance);
    Tensor query = tensor("pooling/query");
    for (int d = 0; d < token.length; d++) {
      score += token[d] * p(query, 0, d) / Math.sqrt(token.length);
    }
    return score;
  }

  /** What a signal's features add to a score. */
  private double signal(TrainingBatch batch, int signal) {
    Tensor units = tensor("signals/visits/units");
    Tensor linear = tensor("signals/visits/linear");
    double visits = 0;
    for (int h = 0; h < 16; h++) {
      double unit = p("signals/visits/biases", 0, h);
      for (int f = 0; f < 13; f++) {
        unit += feature(batch, signal, f) * p(units, f, h);
      }
      visits += Math.max(0, unit) * p("signals/visits/outputs", 0, h);
    }
    for (int f = 0; f < 13; f++) {
      visits += feature(batch, signal, f) * p(linear, 0, f);
    }
    return feature(batch, signal, 18) * visits + likeness(batch, signal);
  }

  private double likeness(TrainingBatch batch, int signal) {
    Tensor units = tensor("signals/likeness/units");
    Tensor linear = tensor("signals/likeness/linear");
    double sum = 0;
    for (int h = 0; h < 8; h++) {
      double unit = 0;
      for (int f = 0; f < 5; f++) {
        unit += feature(batch, signal, 13 + f) * p(units, f, h);
      }
      sum += Math.max(0, unit) * p("signals/likeness/outputs", 0, h);
    }
    for (int f = 0; f < 5; f++) {
      sum += feature(batch, signal, 13 + f) * p(linear, 0, f);
    }
    return sum;
  }

  private static double feature(TrainingBatch batch, int signal, int feature) {
    return batch.signalFeatures[feature][signal];
  }

  /** Cross entropy, with the target's weight smoothed over the shared candidates. */
  private double crossEntropy(double[] scores, int shared, int target) {
    double smoothing = options.tasks().labelSmoothing();
    double sum = 0;
    double wanted = (1 - smoothing) * scores[target];
    for (int v = 0; v < scores.length; v++) {
      sum += Math.exp(scores[v]);
      wanted += v < shared ? smoothing / shared * scores[v] : 0;
    }
    return Math.log(sum) - wanted;
  }

  private double nextItemLoss(TrainingBatch batch, boolean[] dropped, double[][] sessions) {
    double loss = 0;
    for (int p = 0; p < batch.predictions; p++) {
      int shared = batch.candidates;
      int own = batch.ownStart[p + 1] - batch.ownStart[p];
      double[] scores = new double[shared + own];
      for (int v = 0; v < shared; v++) {
        scores[v] =
            dot(item(batch, v, dropped), sessions[p])
                + p("prior/weight", 0, 0) * batch.candidatePrior[v]
                - batch.candidateLogQ[v];
      }
      for (int o = 0; o < own; o++) {
        int at = batch.ownStart[p] + o;
        scores[shared + o] =
            dot(item(batch, batch.ownItem[at], dropped), sessions[p])
                + p("prior/weight", 0, 0) * batch.ownPrior[at];
      }
      for (int c = batch.certainStart[p]; c < batch.certainStart[p + 1]; c++) {
        scores[batch.certain[c]] += batch.candidateLogQ[batch.certain[c]];
      }
      for (int s = batch.signalStart[p]; s < batch.signalStart[p + 1]; s++) {
        scores[batch.signalItem[s]] += signal(batch, s) + batch.signalOffset[s];
      }
      loss += batch.predictionWeight[p] * crossEntropy(scores, shared, batch.predictionTarget[p]);
    }
    return loss;
  }

  private static double dot(double[] x, double[] y) {
    double sum = 0;
    for (int d = 0; d < x.length; d++) {
      sum += x[d] * y[d];
    }
    return sum;
  }

  /** Row of an item's first value in a column, or -1. */
  private static int valueOf(TrainingBatch batch, int item, int column) {
    int cell = item * batch.items.columns + column;
    int entry = batch.items.start[cell];
    return entry < batch.items.start[cell + 1] ? batch.items.row[entry] : -1;
  }

  /** Adds loss and weights of the predictions whose target has a value. */
  private void category(TrainingBatch batch, int task, double[][] sessions, double[][] sums) {
    int column = options.tasks().categoryColumns().get(task - 1);
    FeatureColumn feature = options.itemColumns().get(column);
    double[] absent = new double[rows[feature.slot()].length / feature.dim()];
    List<Integer> values = new ArrayList<>();
    for (int v = 0; v < batch.candidates; v++) {
      int row = valueOf(batch, v, column);
      if (row >= 0) {
        double chance = Math.exp(batch.candidateLogChance[v]);
        absent[row] += Math.log(1 - chance) / chance;
        if (!values.contains(row)) {
          values.add(row);
        }
      }
    }
    for (int p = 0; p < batch.predictions; p++) {
      int target = values.indexOf(valueOf(batch, batch.predictionTarget[p], column));
      if (target < 0) {
        continue;
      }
      double[] hidden = linear("predict/" + feature.name(), sessions[p]);
      double[] scores = new double[values.size()];
      for (int k = 0; k < scores.length; k++) {
        int at = values.get(k) * feature.dim();
        double[] row = Arrays.copyOfRange(rows[feature.slot()], at, at + feature.dim());
        scores[k] = dot(hidden, row) - Math.log(1 - Math.exp(absent[values.get(k)]));
      }
      sums[0][task] += batch.predictionWeight[p] * crossEntropy(scores, scores.length, target);
      sums[1][task] += batch.predictionWeight[p];
    }
  }

  private void clicks(
      TrainingBatch batch, int task, boolean[] dropped, double[][] sessions, double[][] sums) {
    for (int n = 0; n < batch.shown; n++) {
      double[] hidden = linear("click", sessions[batch.shownQuery[n]]);
      double logit =
          dot(hidden, item(batch, batch.shownItem[n], dropped))
              + p("click/start", 0, 0)
              + p("click/position", 0, Math.min(31, batch.shownPosition[n]))
              - batch.shownLogRate[n];
      double likelihood = 1 / (1 + Math.exp(batch.shownClicked[n] ? -logit : logit));
      sums[0][task] -= batch.shownWeight[n] * Math.log(likelihood);
      sums[1][task] += batch.shownWeight[n];
    }
  }

  /** Of each task the loss, summed with the examples' weights, and the sum of those. */
  double[][] losses(TrainingBatch batch, boolean[] dropped) {
    TaskOptions tasks = options.tasks();
    int categories = tasks.categoryColumns().size();
    double[][] sums = new double[2][1 + categories + (tasks.clicks() ? 1 : 0)];
    double[][] sessions = sessionVectors(batch, dropped);
    sums[0][0] = nextItemLoss(batch, dropped, sessions);
    for (int p = 0; p < batch.predictions; p++) {
      sums[1][0] += batch.predictionWeight[p];
    }
    for (int c = 1; c <= categories; c++) {
      category(batch, c, sessions, sums);
    }
    if (tasks.clicks()) {
      clicks(batch, categories + 1, dropped, sessions, sums);
    }
    return sums;
  }

  /** What is minimised: all losses with their weights. */
  double loss(TrainingBatch batch, boolean[] dropped) {
    TaskOptions tasks = options.tasks();
    double[][] sums = losses(batch, dropped);
    double loss = 0;
    for (int task = 0; task < sums[0].length; task++) {
      double weight =
          task == 0
              ? 1
              : task <= tasks.categoryColumns().size()
                  ? tasks.categoryWeight()
                  : tasks.clickWeight();
      double s = tasks.learnedWeights() ? p("task/log-variance", 0, task) : 0;
      loss += weight * (Math.exp(-s) * sums[0][task] + s * sums[1][task] / 2);
    }
    return loss;
  }
}
