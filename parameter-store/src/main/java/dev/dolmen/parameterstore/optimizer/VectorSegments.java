package dev.dolmen.parameterstore.optimizer;

import dev.dolmen.parameterstore.schema.RowSegment;
import java.util.List;

/**
 * One step on a row of segments, each by its own {@link VectorRowOptimizer}: weights, state and
 * gradients of the segments follow one another. A gradient that is not finite in one segment leaves
 * all of them as they are. One thread.
 */
public final class VectorSegments {
  private final VectorRowOptimizer[] optimizers;
  private final int[] dims;
  private final int[] stateFloats;
  private final float[] sums;

  public VectorSegments(List<RowSegment> segments) {
    int n = segments.size();
    optimizers = new VectorRowOptimizer[n];
    dims = new int[n];
    stateFloats = new int[n];
    sums = new float[n];
    for (int i = 0; i < n; i++) {
      RowSegment segment = segments.get(i);
      dims[i] = segment.dim();
      stateFloats[i] = RowState.floats(segment.optimizer().kind(), segment.dim());
      optimizers[i] = new VectorRowOptimizer(segment.optimizer(), segment.dim());
    }
  }

  /** Learning rates are those of this step of the slot, counted from 1, from now on. */
  public void at(long step) {
    for (VectorRowOptimizer optimizer : optimizers) {
      optimizer.at(step);
    }
  }

  /**
   * One step on one row.
   *
   * @param weights address of the floats of weight of all segments, updated
   * @param state address of their floats of state, updated
   * @param gradient as many floats as there are weights from {@code offset} on; read only
   * @return false if the gradient is not finite: nothing was changed
   */
  public boolean step(long weights, long state, float[] gradient, int offset) {
    if (optimizers.length == 1) {
      return optimizers[0].step(weights, state, gradient, offset);
    }
    int at = offset;
    for (int i = 0; i < dims.length; i++) {
      sums[i] = GradientScale.sumOfSquares(gradient, at, dims[i]);
      if (!Float.isFinite(sums[i])) {
        return false;
      }
      at += dims[i];
    }
    long weight = weights;
    long floats = state;
    at = offset;
    for (int i = 0; i < dims.length; i++) {
      optimizers[i].step(weight, floats, gradient, at, sums[i]);
      weight += 4L * dims[i];
      floats += 4L * stateFloats[i];
      at += dims[i];
    }
    return true;
  }
}
