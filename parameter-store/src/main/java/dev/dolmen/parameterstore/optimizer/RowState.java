package dev.dolmen.parameterstore.optimizer;

import dev.dolmen.parameterstore.schema.RowSegment;
import dev.dolmen.parameterstore.schema.SparseOptimizerOptions;
import dev.dolmen.parameterstore.schema.SparseOptimizerOptions.Kind;
import java.util.Arrays;
import java.util.List;

/**
 * What an update rule keeps beside a row's weights, in floats, d being the row's weights:
 *
 * <pre>
 *   SGD               nothing
 *   momentum          m [d]
 *   Adagrad           a [d]
 *   row-wise Adagrad  a [1]
 *   RMSProp           v [d]
 *   Adam              m [d], v [d], 1 - β1^t, 1 - β2^t
 *   AMSGrad           m [d], v [d], largest v [d], 1 - β1^t, 1 - β2^t
 *   FTRL, group FTRL  z [d], n [d]
 * </pre>
 */
public final class RowState {
  private RowState() {}

  /** Floats of state in a row of {@code dim} weights. */
  public static int floats(Kind kind, int dim) {
    return switch (kind) {
      case SGD -> 0;
      case MOMENTUM, ADAGRAD, RMS_PROP -> dim;
      case ROW_WISE_ADAGRAD -> 1;
      case ADAM -> 2 * dim + 2;
      case AMS_GRAD -> 3 * dim + 2;
      case FTRL, GROUP_FTRL -> 2 * dim;
    };
  }

  /** Floats of state in a row of these segments, one after the other. */
  public static int floats(List<RowSegment> segments) {
    int floats = 0;
    for (RowSegment segment : segments) {
      floats += floats(segment.optimizer().kind(), segment.dim());
    }
    return floats;
  }

  /** Fills the state of a new row of segments as {@link #fill} does for each. */
  public static void fill(List<RowSegment> segments, float[] weights, float[] state) {
    if (segments.size() == 1) {
      fill(segments.getFirst().optimizer(), weights, state);
      return;
    }
    int weight = 0;
    int at = 0;
    for (RowSegment segment : segments) {
      float[] part = new float[floats(segment.optimizer().kind(), segment.dim())];
      fill(segment.optimizer(), Arrays.copyOfRange(weights, weight, weight + segment.dim()), part);
      System.arraycopy(part, 0, state, at, part.length);
      weight += segment.dim();
      at += part.length;
    }
  }

  /**
   * Fills the state of a new row.
   *
   * @param weights the row's first weights; read only
   * @param state [{@link #floats}], overwritten
   */
  public static void fill(SparseOptimizerOptions options, float[] weights, float[] state) {
    switch (options.kind()) {
      case SGD, MOMENTUM, RMS_PROP, ADAM, AMS_GRAD -> Arrays.fill(state, 0);
      case ADAGRAD, ROW_WISE_ADAGRAD -> Arrays.fill(state, options.initialAccumulator());
      case FTRL, GROUP_FTRL -> fillFtrl(options, weights, state);
    }
  }

  /** FTRL's weights are a function of z: z starts where that function gives the first weights. */
  private static void fillFtrl(SparseOptimizerOptions options, float[] weights, float[] state) {
    int dim = weights.length;
    float l1 = options.coefficients().l1();
    float denominator =
        (float) Math.sqrt(options.initialAccumulator()) / options.learningRate()
            + options.coefficients().l2();
    float stretch = 1;
    if (options.kind() == Kind.GROUP_FTRL) {
      stretch = groupStretch(options.coefficients().groupL1(), weights, denominator);
    }
    for (int i = 0; i < dim; i++) {
      float w = weights[i];
      state[i] = w == 0 ? 0 : -(w * denominator * stretch + Math.signum(w) * l1);
      state[dim + i] = options.initialAccumulator();
    }
  }

  /** Undoes the group's shrinkage: |z| = |w| * denominator + groupL1 * sqrt(dim). */
  private static float groupStretch(float groupL1, float[] weights, float denominator) {
    double squares = 0;
    for (float weight : weights) {
      squares += (double) weight * weight;
    }
    double length = Math.sqrt(squares) * denominator;
    return length == 0 ? 1 : (float) (1 + groupL1 * Math.sqrt(weights.length) / length);
  }
}
