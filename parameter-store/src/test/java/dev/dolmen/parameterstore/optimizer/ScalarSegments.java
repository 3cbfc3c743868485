package dev.dolmen.parameterstore.optimizer;

import dev.dolmen.parameterstore.schema.RowSegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One step on a row of segments in arrays: the slow, obvious implementation that {@link
 * VectorSegments} must agree with bit for bit.
 */
public final class ScalarSegments {
  private final List<RowSegment> segments;
  private final List<ScalarRowOptimizer> optimizers = new ArrayList<>();

  public ScalarSegments(List<RowSegment> segments) {
    this.segments = segments;
    for (RowSegment segment : segments) {
      optimizers.add(new ScalarRowOptimizer(segment.optimizer()));
    }
  }

  /** Learning rates are those of this step of the slot, counted from 1, from now on. */
  public void at(long step) {
    optimizers.forEach(optimizer -> optimizer.at(step));
  }

  /**
   * One step on one row.
   *
   * @param weights of all segments, updated
   * @param state of all segments, updated
   * @param gradient as many floats as there are weights from {@code offset} on; read only
   * @return false if the gradient is not finite: nothing was changed
   */
  public boolean step(float[] weights, float[] state, float[] gradient, int offset) {
    float[] newWeights = new float[weights.length];
    float[] newState = new float[state.length];
    int weight = 0;
    int floats = 0;
    for (int i = 0; i < segments.size(); i++) {
      RowSegment segment = segments.get(i);
      int stateFloats = RowState.floats(segment.optimizer().kind(), segment.dim());
      float[] w = Arrays.copyOfRange(weights, weight, weight + segment.dim());
      float[] s = Arrays.copyOfRange(state, floats, floats + stateFloats);
      if (!optimizers.get(i).step(w, s, gradient, offset + weight)) {
        return false;
      }
      System.arraycopy(w, 0, newWeights, weight, w.length);
      System.arraycopy(s, 0, newState, floats, s.length);
      weight += segment.dim();
      floats += stateFloats;
    }
    System.arraycopy(newWeights, 0, weights, 0, weights.length);
    System.arraycopy(newState, 0, state, 0, state.length);
    return true;
  }
}
