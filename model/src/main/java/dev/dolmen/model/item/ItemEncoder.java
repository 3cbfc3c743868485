package dev.dolmen.model.item;

import dev.dolmen.model.data.FeatureBlock;
import dev.dolmen.model.data.FeatureColumn;
import dev.dolmen.model.data.GatheredRows;
import dev.dolmen.model.data.ModelOptions;
import dev.dolmen.model.kernel.KernelScratch;
import dev.dolmen.model.kernel.Kernels;
import dev.dolmen.model.layer.FeaturePooling;
import dev.dolmen.model.layer.IdGate;
import dev.dolmen.model.layer.Linear;
import dev.dolmen.model.layer.ParameterLayout;
import dev.dolmen.model.layer.UnitNorm;
import dev.dolmen.model.layer.VectorProjection;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The item encoder: pooled feature columns and projected vectors, concatenated, projected to the
 * model's width and brought to length 1 (M2TRec, RecSys 2022; the length as in NISER, Gupta et al.,
 * 2019, so that popularity cannot hide in it and a new item competes on the same scale).
 */
public final class ItemEncoder {
  /**
   * Standard deviation of the floats that a vector becomes at first: as of a new row's by default.
   */
  private static final double VECTOR_DEVIATION = 0.05;

  private final FeaturePooling pooling;

  /** In the order of {@link FeatureBlock#vectors}. */
  private final VectorProjection[] vectorColumns;

  private final Linear projection;
  private final UnitNorm norm;
  private final int width;
  private final int idColumn;

  /** Whether items' ids are read. */
  private final boolean ids;

  private final @Nullable IdGate gate;

  /**
   * @param gate for items without an id row; null for none
   */
  public ItemEncoder(
      Kernels kernels, ParameterLayout layout, ModelOptions options, @Nullable IdGate gate) {
    this.gate = gate;
    pooling = new FeaturePooling(kernels, options.itemColumns());
    vectorColumns = vectorColumns(kernels, layout, options, pooling.width());
    width = options.width();
    idColumn = options.idColumn();
    ids = options.ids();
    projection =
        new Linear(kernels, layout, "item", pooling.width(), width, 1 / Math.sqrt(pooling.width()));
    norm = new UnitNorm(kernels, width, 1);
  }

  private static VectorProjection[] vectorColumns(
      Kernels kernels, ParameterLayout layout, ModelOptions options, int stride) {
    List<VectorProjection> all = new ArrayList<>();
    int at = 0;
    for (FeatureColumn column : options.itemColumns()) {
      if (column.dimension() > 0) {
        all.add(new VectorProjection(kernels, layout, column, at, stride, VECTOR_DEVIATION));
      }
      at += column.dim();
    }
    return all.toArray(new VectorProjection[0]);
  }

  /** C. */
  public int columnWidth() {
    return pooling.width();
  }

  /**
   * Forward.
   *
   * @param count items that are encoded, the first ones
   * @param asNew items that are encoded with the out-of-vocabulary row in place of their id, [I] or
   *     longer; an empty array for none; all are if ids are not read
   */
  public void forward(
      float[] parameters,
      FeatureBlock items,
      int count,
      GatheredRows rows,
      boolean[] asNew,
      ItemActivations activations,
      KernelScratch scratch) {
    activations.resize(count, pooling.width(), width, gate == null ? 0 : gate.dim());
    for (int i = 0; i < count; i++) {
      boolean drop = drops(asNew, i);
      int at = i * pooling.width();
      pooling.forward(items, rows, i, drop ? idColumn : -1, activations.columns, at);
      if (gate != null) {
        float[] ids = activations.ids;
        gate.forward(
            parameters, items, rows, i, drop, activations.columns, at, ids, i * gate.dim());
      }
    }
    for (int v = 0; v < vectorColumns.length; v++) {
      vectorColumns[v].forward(parameters, items.vectors[v], activations.columns, count, scratch);
    }
    float[] vectors = activations.vectors;
    projection.forward(parameters, activations.columns, 0, vectors, 0, count, scratch);
    norm.forward(vectors, 0, vectors, 0, activations.inverseNorms, count);
  }

  /**
   * Backward: accumulates into the dense gradients and those of the rows.
   *
   * @param dVectors gradients of the item vectors, [I, D]; overwritten
   * @param dColumns scratch, [I, C]; all zero when called
   */
  public void backward(
      float[] parameters,
      float[] gradients,
      FeatureBlock items,
      GatheredRows rows,
      boolean[] asNew,
      ItemActivations activations,
      float[] dVectors,
      float[] dColumns,
      KernelScratch scratch) {
    int count = items.records;
    norm.backward(activations.vectors, activations.inverseNorms, dVectors, dVectors, count);
    projection.backwardParameters(gradients, activations.columns, dVectors, count, scratch);
    projection.backwardInput(parameters, dVectors, dColumns, count, scratch);
    for (int v = 0; v < vectorColumns.length; v++) {
      vectorColumns[v].backward(gradients, items.vectors[v], dColumns, count, scratch);
    }
    for (int i = 0; i < count; i++) {
      boolean drop = drops(asNew, i);
      int at = i * pooling.width();
      if (gate != null) {
        float[] ids = activations.ids;
        gate.backward(
            parameters, gradients, items, rows, i, drop, ids, i * gate.dim(), dColumns, at);
      }
      pooling.backward(items, rows, i, drop ? idColumn : -1, dColumns, at);
    }
  }

  private boolean drops(boolean[] asNew, int item) {
    return !ids || (asNew.length > 0 && asNew[item]);
  }
}
