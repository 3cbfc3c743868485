package dev.dolmen.model.layer;

import dev.dolmen.model.data.FeatureColumn;
import dev.dolmen.model.data.VectorBlock;
import dev.dolmen.model.kernel.KernelScratch;
import dev.dolmen.model.kernel.Kernels;

/**
 * One column of vectors that items bring along: x · M for an item that has one, and a learned
 * vector for one that has none. There is no bias: the layer behind it has one.
 */
public final class VectorProjection {
  private final Kernels kernels;
  private final int dimension;
  private final int width;
  private final int column;
  private final int stride;
  private final int matrix;
  private final int missing;

  /**
   * Adds M [dimension, width] and the vector of those without [width], which starts at 0, to the
   * layout.
   *
   * @param column where the column's floats begin in an item's
   * @param stride C, floats of an item
   * @param deviation of M's initial numbers: of its column, as x has length 1
   */
  public VectorProjection(
      Kernels kernels,
      ParameterLayout layout,
      FeatureColumn spec,
      int column,
      int stride,
      double deviation) {
    this.kernels = kernels;
    this.column = column;
    this.stride = stride;
    dimension = spec.dimension();
    width = spec.dim();
    matrix = layout.matrix("item/" + spec.name() + "/weight", dimension, width, deviation);
    missing = layout.vector("item/" + spec.name() + "/missing", width, 0);
  }

  /**
   * Forward.
   *
   * @param columns [records, C]; this column, which is all 0, is written
   */
  public void forward(
      float[] parameters, VectorBlock x, float[] columns, int records, KernelScratch scratch) {
    kernels.matmul(
        records,
        width,
        dimension,
        x.numbers,
        0,
        dimension,
        parameters,
        matrix,
        width,
        columns,
        column,
        stride,
        scratch);
    for (int i = 0; i < records; i++) {
      if (!x.present[i]) {
        System.arraycopy(parameters, missing, columns, i * stride + column, width);
      }
    }
  }

  /**
   * Backward: accumulates into the gradients.
   *
   * @param dColumns [records, C]
   */
  public void backward(
      float[] gradients, VectorBlock x, float[] dColumns, int records, KernelScratch scratch) {
    kernels.matmulTransposedA(
        dimension, width, records, x.numbers, 0, dimension, dColumns, column, stride, gradients,
        matrix, width, scratch);
    for (int i = 0; i < records; i++) {
      if (!x.present[i]) {
        kernels.axpy(1, dColumns, i * stride + column, gradients, missing, width);
      }
    }
  }
}
