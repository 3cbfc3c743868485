package dev.dolmen.model.layer;

import dev.dolmen.model.data.DenseOptimizerOptions;
import dev.dolmen.model.layer.ParameterLayout.Tensor;
import java.util.List;

/** AdamW over a flat array of parameters, behind a clip on the norm of all gradients. */
public final class AdamW {
  private final DenseOptimizerOptions options;
  private final List<Tensor> tensors;
  private final float[] firstMoment;
  private final float[] secondMoment;
  private long steps;
  private double norm;
  private double rate;
  private double learned;

  public AdamW(DenseOptimizerOptions options, ParameterLayout layout) {
    this.options = options;
    tensors = layout.tensors();
    firstMoment = new float[layout.size()];
    secondMoment = new float[layout.size()];
  }

  /**
   * One step.
   *
   * @param parameters updated in place
   * @param gradients sums over the predictions; unchanged
   * @param predictions the weight of all: the gradients are divided by it
   * @return false if a gradient is not finite: then nothing changed
   */
  public boolean step(float[] parameters, float[] gradients, double predictions) {
    double scale = 1 / predictions;
    double squares = 0;
    for (float gradient : gradients) {
      squares += (double) gradient * gradient;
    }
    norm = Math.sqrt(squares) * scale;
    if (!Double.isFinite(norm)) {
      return false;
    }
    double clip =
        options.gradientNormMax() > 0 && norm > options.gradientNormMax()
            ? options.gradientNormMax() / norm
            : 1;
    steps++;
    rate = options.learningRate(steps, learned, predictions);
    learned += options.share(predictions);
    double correction1 = 1 - StrictMath.pow(options.beta1(), (double) steps);
    double correction2 = 1 - StrictMath.pow(options.beta2(), (double) steps);
    float factor = (float) (scale * clip);
    float rate1 = (float) (rate / correction1);
    float inverse2 = (float) (1 / correction2);
    for (int i = 0; i < tensors.size(); i++) {
      Tensor tensor = tensors.get(i);
      float keep = tensor.decays() ? (float) (1 - rate * options.weightDecay()) : 1;
      update(parameters, gradients, tensor, factor, rate1 * tensor.rate(), inverse2, keep);
    }
    return true;
  }

  private void update(
      float[] parameters,
      float[] gradients,
      Tensor tensor,
      float factor,
      float rate,
      float inverse2,
      float keep) {
    float beta1 = options.beta1();
    float beta2 = options.beta2();
    float epsilon = options.epsilon();
    int end = tensor.offset() + tensor.size();
    for (int i = tensor.offset(); i < end; i++) {
      float g = gradients[i] * factor;
      float m = beta1 * firstMoment[i] + (1 - beta1) * g;
      float v = beta2 * secondMoment[i] + (1 - beta2) * g * g;
      firstMoment[i] = m;
      secondMoment[i] = v;
      parameters[i] = parameters[i] * keep - rate * m / ((float) Math.sqrt(v * inverse2) + epsilon);
    }
  }

  /** Norm of the scaled gradients of the last step tried, before the clip; 0 before the first. */
  public double gradientNorm() {
    return norm;
  }

  /** Learning rate of the last step; 0 before the first. */
  public double learningRate() {
    return rate;
  }

  /** Steps taken. */
  public long steps() {
    return steps;
  }

  /** First moments, of the parameters' shape; the state itself, not a copy. */
  public float[] firstMoment() {
    return firstMoment;
  }

  /** Second moments, of the parameters' shape; the state itself, not a copy. */
  public float[] secondMoment() {
    return secondMoment;
  }

  /** Full batches that the steps rest on. */
  public double learned() {
    return learned;
  }

  /** Sets how many steps were taken, and on how much, after the moments were restored. */
  public void restore(long steps, double learned) {
    this.steps = steps;
    this.learned = learned;
  }
}
