package dev.dolmen.bench.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.dolmen.model.ServingModel;
import dev.dolmen.model.data.ModelOptions;
import dev.dolmen.model.data.SessionInput;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The forward of sessions in PyTorch. Like ours it computes no more of the last layer than the last
 * position needs; inputs are ready as tensors, the bias of each layer is ready as a matrix.
 */
final class TorchEncoder implements AutoCloseable {
  private final NDManager manager = NDManager.newBaseManager();
  private final TorchLayers layers;
  private final ModelOptions options;
  private final int length;
  private final NDArray items;
  private final NDArray types;
  private final NDArray gaps;
  private final List<NDArray> biases = new ArrayList<>();
  private final NDList queryWeights;
  private final NDList keyValueWeights;

  TorchEncoder(ServingModel model, EncodeShape shape, SessionInput input) {
    layers = new TorchLayers(model, manager);
    options = model.options();
    length = shape.length();
    int width = shape.width();
    items =
        manager.create(
            Arrays.copyOf(input.itemVectors, shape.tokens() * width),
            new Shape(shape.batch(), length, width));
    types = indices(input.type, shape);
    gaps = indices(input.gap, shape);
    for (int l = 0; l < options.layers(); l++) {
      NDArray bias = layers.distanceBias(l, layers.distances(length), layers.mask(length));
      boolean last = l == options.layers() - 1;
      biases.add(last ? bias.split(new long[] {length - 1}, 1).get(1) : bias);
    }
    String qkv = "layer" + (options.layers() - 1) + "/qkv";
    long[] afterQueries = {width};
    NDList weights = layers.weight(qkv + "/weight").split(afterQueries, 0);
    NDList bias = layers.weight(qkv + "/bias").split(afterQueries, 0);
    queryWeights = new NDList(weights.get(0), bias.get(0));
    keyValueWeights = new NDList(weights.get(1), bias.get(1));
  }

  private NDArray indices(int[] values, EncodeShape shape) {
    long[] wide = Arrays.stream(values).limit(shape.tokens()).asLongStream().toArray();
    return manager.create(wide).reshape(shape.batch(), length);
  }

  /** Session vectors, [B, D]. */
  float[] encode() {
    try (NDManager scratch = manager.newSubManager()) {
      scratch.tempAttachAll(items, types, gaps);
      NDArray x = layers.tokens(items, types, gaps);
      int last = options.layers() - 1;
      for (int l = 0; l < last; l++) {
        x = layers.layer(l, x, biases.get(l));
      }
      x = lastLayer("layer" + last, x, biases.get(last));
      return layers.unit(layers.layerNorm(x, "norm"), options.temperature()).toFloatArray();
    }
  }

  private NDArray lastLayer(String name, NDArray x, NDArray bias) {
    long[] beforeLast = {length - 1};
    NDArray normed = layers.layerNorm(x, name + "/norm1");
    NDArray end = normed.split(beforeLast, 1).get(1);
    NDArray query = TorchLayers.linear(end, queryWeights.get(0), queryWeights.get(1));
    NDList keyValue =
        TorchLayers.linear(normed, keyValueWeights.get(0), keyValueWeights.get(1)).split(2, 2);
    NDArray mixed = layers.attention(query, keyValue.get(0), keyValue.get(1), bias);
    return layers.rest(name, x.split(beforeLast, 1).get(1), mixed);
  }

  @Override
  public void close() {
    manager.close();
  }
}
