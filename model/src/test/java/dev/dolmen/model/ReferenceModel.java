package dev.dolmen.model;

import dev.dolmen.model.layer.ParameterLayout;
import dev.dolmen.model.layer.ParameterLayout.Tensor;
import java.util.List;

/**
 * The model in double precision, written from its definition and independently of the layers: one
 * session, one token, one number at a time. The oracle for forward, loss and, by central
 * differences, every gradient.
 */
final class ReferenceModel {
  final double[] parameters;
  final double[][] rows;
  private final ModelOptions options;
  private final ParameterLayout layout;

  ReferenceModel(SessionModel model, GatheredRows gathered) {
    options = model.options();
    layout = model.layout();
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

  private double p(String name, int row, int column) {
    Tensor tensor = layout.tensor(name);
    return parameters[tensor.offset() + row * tensor.columns() + column];
  }

  private double[] linear(String name, double[] x) {
    Tensor w = layout.tensor(name + "/weight");
    double[] y = new double[w.columns()];
    for (int j = 0; j < y.length; j++) {
      y[j] = p(name + "/bias", 0, j);
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
    double[] y = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      y[i] =
          (x[i] - mean) / Math.sqrt(variance + 1e-5) * p(name + "/gain", 0, i)
              + p(name + "/bias", 0, i);
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
    int replaced = dropped.length > 0 && dropped[i] ? options.idColumn() : -1;
    return unit(linear("item", pooled(options.itemColumns(), batch.items, i, replaced)), 1);
  }

  /** Vectors after the last norm, of all tokens of one session. */
  private double[][] session(TrainingBatch batch, int s, double[][] items) {
    int start = batch.sessionStart[s];
    int n = batch.sessionStart[s + 1] - start;
    int width = options.width();
    double[][] x = new double[n][width];
    for (int i = 0; i < n; i++) {
      int t = start + i;
      for (int d = 0; d < width; d++) {
        x[i][d] =
            Math.sqrt(width) * items[batch.tokenItem[t]][d]
                + p("type", batch.tokenType[t], d)
                + p("gap", batch.tokenGap[t], d);
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

  /** Session vectors of all predictions. */
  double[][] sessionVectors(TrainingBatch batch, boolean[] dropped) {
    double[][] items = new double[batch.items.records][];
    for (int i = 0; i < items.length; i++) {
      items[i] = item(batch, i, dropped);
    }
    double[][] out = new double[batch.predictions][];
    for (int s = 0, p = 0; s < batch.sessions; s++) {
      double[][] tokens = session(batch, s, items);
      int start = batch.sessionStart[s];
      for (; p < batch.predictions && batch.predictionToken[p] < batch.sessionStart[s + 1]; p++) {
        int last = batch.predictionToken[p] - start;
        double[] z = new double[options.width()];
        int first = options.pooling() == Pooling.LAST ? last : 0;
        for (int i = first; i <= last; i++) {
          add(z, tokens[i]);
        }
        out[p] = unit(z, options.temperature());
        double count = last - first + 1;
        if (count > 1) {
          for (int d = 0; d < z.length; d++) {
            z[d] /= count;
          }
          out[p] = unit(z, options.temperature());
        }
      }
    }
    return out;
  }

  private double term(int term) {
    if (term < 16) {
      return p("repeat/distance", 0, term);
    }
    return term < 27 ? p("covisit/long", 0, term - 16) : p("covisit/recent", 0, term - 27);
  }

  /** The loss, summed with the predictions' weights. */
  double loss(TrainingBatch batch, boolean[] dropped) {
    double[][] sessions = sessionVectors(batch, dropped);
    double loss = 0;
    for (int p = 0; p < batch.predictions; p++) {
      double sum = 0;
      double target = 0;
      for (int v = 0; v < batch.candidates; v++) {
        double[] item = item(batch, v, dropped);
        double score = p("prior/weight", 0, 0) * batch.candidatePrior[v] - batch.candidateLogQ[v];
        for (int d = 0; d < item.length; d++) {
          score += item[d] * sessions[p][d];
        }
        for (int s = batch.signalStart[p]; s < batch.signalStart[p + 1]; s++) {
          if (batch.signalCandidate[s] == v) {
            score += batch.signalWeight[s] * term(batch.signalTerm[s]);
            score += batch.signalOffset[s];
          }
        }
        sum += Math.exp(score);
        if (v == batch.predictionTarget[p]) {
          target = score;
        }
      }
      loss += batch.predictionWeight[p] * (Math.log(sum) - target);
    }
    return loss;
  }
}
