package dev.dolmen.model;

import dev.dolmen.model.data.FeatureColumn;
import dev.dolmen.model.data.ModelOptions;
import dev.dolmen.model.data.Pooling;
import dev.dolmen.model.data.TaskOptions;
import dev.dolmen.model.item.ScanPrecision;
import dev.dolmen.model.kernel.Kernels;
import dev.dolmen.model.layer.ParameterLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * What a model is made of and what it costs, as follows from its shape: sizes, memory, and the
 * operations of one request. An addition and a multiplication are two operations; counted are those
 * of matrix products, attention and scan, which are nearly all.
 *
 * @param options the shape
 * @param heads what is learned, one text a head
 * @param tensors the dense parameters, in the order in which they stand
 */
public record ModelCard(
    ModelOptions options, List<String> heads, List<ParameterLayout.Tensor> tensors) {
  public ModelCard {
    heads = List.copyOf(heads);
    tensors = List.copyOf(tensors);
  }

  /** The card of a model of this shape. */
  public static ModelCard of(ModelOptions options) {
    Architecture architecture = new Architecture(options, Kernels.best());
    return new ModelCard(options, headsOf(options), architecture.layout.tensors());
  }

  private static List<String> headsOf(ModelOptions options) {
    TaskOptions tasks = options.tasks();
    List<String> heads = new ArrayList<>();
    heads.add("next item: softmax of cosines with item vectors");
    for (int column : tasks.categoryColumns()) {
      heads.add(
          "next " + options.itemColumns().get(column).name() + ": softmax over the values' rows");
    }
    if (tasks.clicks()) {
      heads.add("click: chance by session, item and position");
    }
    return heads;
  }

  /** Dense parameters. */
  public long parameters() {
    return tensors.stream().mapToLong(ParameterLayout.Tensor::size).sum();
  }

  /** Bytes of the dense parameters with AdamW's two moments. */
  public long trainingBytes() {
    return 3 * parameters() * Float.BYTES;
  }

  /**
   * Bytes of the index that requests scan: a vector and a bias an item, and what the scan reads.
   */
  public long indexBytes(long items, ScanPrecision scan) {
    long narrow =
        switch (scan) {
          case FP32 -> 0;
          case BF16 -> 2L * options.width();
          case INT8 -> options.width() + (long) Float.BYTES;
        };
    return items * ((options.width() + 1L) * Float.BYTES + narrow);
  }

  /** Operations that encode one item. */
  public long itemOperations() {
    long operations = 0;
    for (FeatureColumn column : options.itemColumns()) {
      operations += 2L * column.dim() * (options.width() + column.dimension());
    }
    return operations;
  }

  /**
   * Operations that encode a session whose item vectors are ready. Of the last layer no more is
   * computed than its last position needs ({@link dev.dolmen.model.layer.LastAttention}), unless
   * the pooling reads all positions; of the others the whole square of scores.
   *
   * @param events 1 to the session length
   */
  public long sessionOperations(int events) {
    long d = options.width();
    long contexts = options.contextColumns().stream().mapToInt(FeatureColumn::dim).sum();
    long operations = 2L * events * contexts * d;
    long position = 2 * (4 * d * d + 2 * d * options.feedForwardWidth());
    for (int layer = 1; layer <= options.layers(); layer++) {
      boolean one = layer == options.layers() && options.pooling() == Pooling.LAST;
      operations +=
          one
              ? position + 2 * (2 * d * options.heads() * events)
              : events * position + 2 * (2 * d * events * events);
    }
    return operations;
  }

  /** Operations that score a catalogue for one request. */
  public long scanOperations(long items) {
    return 2L * options.width() * items;
  }
}
