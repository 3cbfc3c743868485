package dev.dolmen.model.item;

import dev.dolmen.model.kernel.Kernels;

/**
 * The vectors of a block once more as bytes, one after another: what is read of an item by itself
 * lies in one or two lines of the cache, not in as many as it has dimensions.
 *
 * <p>A reader who meets a vector that is being replaced bounds something between the old and the
 * new one.
 */
final class ItemRows {
  private final int width;
  private final byte[] codes;
  private final float[] scale;

  ItemRows(int items, int width) {
    this.width = width;
    codes = new byte[items * width];
    scale = new float[items];
  }

  /** Writes one vector of finite numbers. */
  void put(int item, float[] vector, int offset) {
    scale[item] = ByteCodes.put(vector, offset, width, codes, item * width, 1);
  }

  /**
   * What the product of the query with an item is at most.
   *
   * @param norm {@link ByteCodes#norm} of the query
   */
  float bound(Kernels kernels, float[] query, int offset, float norm, int item) {
    float product = kernels.dotBytes(query, offset, codes, item * width, width);
    return scale[item] * (product + ByteCodes.ERROR * norm);
  }
}
