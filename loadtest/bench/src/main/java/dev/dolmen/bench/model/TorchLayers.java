package dev.dolmen.bench.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import dev.dolmen.model.ServingModel;
import dev.dolmen.model.data.ModelOptions;
import dev.dolmen.model.layer.ParameterLayout.Tensor;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The model's layers as PyTorch's operations, with the model's own weights: what someone would
 * write with DJL. Sessions of one length need no padding. Weights of linear layers are [out, in],
 * as PyTorch keeps them.
 *
 * <p>Results belong to the manager of an operation's first array; weights are never the first.
 */
final class TorchLayers {
  private static final float NORM_EPSILON = 1e-5f;
  private static final float UNIT_EPSILON = 1e-8f;
  private static final double GELU_SCALE = 2 * Math.sqrt(2 / Math.PI);
  private static final double GELU_CUBE = 0.044715;

  /** What is added to the score of a position that has not come yet. */
  private static final float MASKED = -1e30f;

  private final ModelOptions options;
  private final NDManager manager;

  private final Map<Float, NDArray> numbers = new HashMap<>();

  /** Tensors by their names in the model, in its order. */
  final Map<String, NDArray> weights = new LinkedHashMap<>();

  /**
   * Copies the model's weights.
   *
   * @param manager owns them
   */
  TorchLayers(ServingModel model, NDManager manager) {
    options = model.options();
    this.manager = manager;
    for (Tensor tensor : model.tensors()) {
      Shape shape =
          tensor.rows() == 1
              ? new Shape(tensor.columns())
              : new Shape(tensor.rows(), tensor.columns());
      NDArray weight = manager.create(model.tensor(tensor.name()), shape);
      if (tensor.name().endsWith("/weight") && tensor.rows() > 1) {
        try (NDArray transposed = weight.transpose()) {
          NDArray kept = transposed.duplicate();
          weight.close();
          weight = kept;
        }
      }
      weights.put(tensor.name(), weight);
    }
  }

  NDArray weight(String name) {
    NDArray weight = weights.get(name);
    if (weight == null) {
      throw new IllegalStateException("the model has no tensor " + name);
    }
    return weight;
  }

  NDArray linear(NDArray x, String name) {
    return linear(x, weight(name + "/weight"), weight(name + "/bias"));
  }

  static NDArray linear(NDArray x, NDArray weight, NDArray bias) {
    return x.getNDArrayInternal().linear(x, weight, bias).singletonOrThrow();
  }

  NDArray layerNorm(NDArray x, String name) {
    return x.getNDArrayInternal()
        .layerNorm(
            x,
            new Shape(options.width()),
            weight(name + "/gain"),
            weight(name + "/bias"),
            NORM_EPSILON)
        .singletonOrThrow();
  }

  static NDArray rows(NDArray indices, NDArray table) {
    return indices
        .getNDArrayInternal()
        .embedding(indices, table, SparseFormat.DENSE)
        .singletonOrThrow();
  }

  NDArray unit(NDArray x, float scale) {
    NDArray norm = x.square().sum(new int[] {-1}, true).add(number(UNIT_EPSILON)).sqrt();
    return x.mul(number(scale)).div(norm);
  }

  /**
   * A number as an array that stays: DJL's operations on a plain one free theirs at once, and now
   * and then something else stands there when PyTorch's backward reads it.
   */
  private NDArray number(double value) {
    return numbers.computeIfAbsent((float) value, v -> manager.create(v.floatValue()));
  }

  /** The tanh form, which DJL has no single operation for. */
  private NDArray gelu(NDArray x) {
    NDArray inner = x.square().mul(number(GELU_SCALE * GELU_CUBE)).add(number(GELU_SCALE)).mul(x);
    return inner.getNDArrayInternal().sigmoid().mul(x);
  }

  /**
   * Tokens of sessions.
   *
   * @param items item vectors, [B, L, D]
   * @param types [B, L]
   * @param gaps [B, L]
   */
  NDArray tokens(NDArray items, NDArray types, NDArray gaps) {
    return items
        .mul(number(Math.sqrt(options.width())))
        .add(rows(types, weight("type")))
        .add(rows(gaps, weight("gap")));
  }

  /** What is added to the scores of each head, [H, L, L], from its learned table. */
  NDArray distanceBias(int layer, NDArray distances, NDArray mask) {
    NDArray byDistance =
        rows(distances, weight("layer" + layer + "/attention/distance").transpose());
    return byDistance.transpose(2, 0, 1).add(mask);
  }

  /** Distance between two positions, 0 where there is none, [L, L]. */
  NDArray distances(int length) {
    long[] distances = new long[length * length];
    for (int i = 0; i < length; i++) {
      for (int j = 0; j <= i; j++) {
        distances[i * length + j] = (long) i - j;
      }
    }
    return manager.create(distances).reshape(length, length);
  }

  /** 0 where a position may be attended to, [L, L]. */
  NDArray mask(int length) {
    float[] mask = new float[length * length];
    for (int i = 0; i < length; i++) {
      for (int j = i + 1; j < length; j++) {
        mask[i * length + j] = MASKED;
      }
    }
    return manager.create(mask, new Shape(length, length));
  }

  /** A whole layer; x and the result [B, L, D]. */
  NDArray layer(int number, NDArray x, NDArray bias) {
    String name = "layer" + number;
    NDArray normed = layerNorm(x, name + "/norm1");
    List<NDArray> qkv = linear(normed, name + "/qkv").split(3, 2);
    return rest(name, x, attention(qkv.get(0), qkv.get(1), qkv.get(2), bias));
  }

  /** The rest of a layer after its attention. */
  NDArray rest(String name, NDArray x, NDArray mixed) {
    NDArray middle = x.add(linear(mixed, name + "/projection"));
    NDArray hidden = gelu(linear(layerNorm(middle, name + "/norm2"), name + "/up"));
    return middle.add(linear(hidden, name + "/down"));
  }

  /** Attention of queries [B, Q, D] over keys and values [B, L, D]. */
  NDArray attention(NDArray q, NDArray k, NDArray v, NDArray bias) {
    long batch = q.getShape().get(0);
    long queries = q.getShape().get(1);
    long heads = options.heads();
    long headWidth = options.width() / heads;
    NDArray shares =
        heads(q, heads, headWidth)
            .matMul(heads(k, heads, headWidth).transpose(0, 1, 3, 2))
            .mul(number(1 / Math.sqrt((double) headWidth)))
            .add(bias)
            .softmax(-1);
    return shares
        .matMul(heads(v, heads, headWidth))
        .transpose(0, 2, 1, 3)
        .reshape(batch, queries, options.width());
  }

  private static NDArray heads(NDArray x, long heads, long headWidth) {
    return x.reshape(x.getShape().get(0), x.getShape().get(1), heads, headWidth)
        .transpose(0, 2, 1, 3);
  }
}
