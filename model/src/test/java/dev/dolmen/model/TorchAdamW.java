package dev.dolmen.model;

import ai.djl.ndarray.NDArray;
import dev.dolmen.model.data.DenseOptimizerOptions;
import dev.dolmen.model.layer.ParameterLayout.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * AdamW as torch.optim.AdamW's documentation gives it (torch 2.7), behind {@code
 * torch.nn.utils.clip_grad_norm_} and a linear warm-up, as PyTorch's tensor operations.
 */
final class TorchAdamW {
  private final DenseOptimizerOptions options;
  private final Map<String, float[]> mean = new HashMap<>();
  private final Map<String, float[]> square = new HashMap<>();
  private int steps;
  private double learned;

  TorchAdamW(DenseOptimizerOptions options) {
    this.options = options;
  }

  /**
   * One step on the parameters that have gradients.
   *
   * @param scale what gradients are multiplied with first: from sums to means
   * @param values the parameters by tensor; replaced
   */
  void step(
      List<Tensor> tensors,
      Map<String, NDArray> parameters,
      double scale,
      Map<String, float[]> values) {
    double squares = 0;
    for (NDArray parameter : parameters.values()) {
      squares += parameter.getGradient().square().sum().getFloat();
    }
    double clip = Math.min(1, options.gradientNormMax() / (Math.sqrt(squares) * scale + 1e-6));
    steps++;
    double rate = options.learningRate() * Math.min(1, steps / (options.warmUpSteps() + 1.0));
    if (learned > options.decaySteps()) {
      rate *= Math.max(1 / 3.0, Math.sqrt(options.decaySteps() / learned));
    }
    double share = Math.min(1, 1 / scale / options.fullBatch());
    learned += share;
    rate *= Math.sqrt(share);
    for (Tensor t : tensors) {
      NDArray parameter = parameters.get(t.name());
      if (parameter != null) {
        NDArray gradient = parameter.getGradient().mul(scale * clip);
        values.put(t.name(), next(t, parameter, gradient, rate));
      }
    }
  }

  private float[] next(Tensor t, NDArray parameter, NDArray gradient, double rate) {
    float beta1 = options.beta1();
    float beta2 = options.beta2();
    NDArray m = moment(mean, t, parameter).mul(beta1).add(gradient.mul(1 - beta1));
    NDArray v = moment(square, t, parameter).mul(beta2).add(gradient.square().mul(1 - beta2));
    mean.put(t.name(), m.toFloatArray());
    square.put(t.name(), v.toFloatArray());
    NDArray root = v.div(1 - Math.pow(beta2, steps)).sqrt().add(options.epsilon());
    NDArray step = m.div(1 - Math.pow(beta1, steps)).div(root).mul(rate * t.rate());
    NDArray kept = t.decays() ? parameter.mul(1 - rate * options.weightDecay()) : parameter;
    return kept.sub(step).toFloatArray();
  }

  private static NDArray moment(Map<String, float[]> moments, Tensor t, NDArray like) {
    float[] numbers = moments.getOrDefault(t.name(), new float[t.size()]);
    return like.getManager().create(numbers, like.getShape());
  }
}
