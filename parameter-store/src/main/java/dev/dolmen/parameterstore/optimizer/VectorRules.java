package dev.dolmen.parameterstore.optimizer;

import static dev.dolmen.parameterstore.memory.NativeMemory.ALL;
import static jdk.incubator.vector.VectorOperators.SQRT;

import dev.dolmen.parameterstore.schema.SparseOptimizerOptions;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The element-wise part of the update rules, in vectors. Addresses name [dim] floats of weights and
 * the floats of state that {@link RowState} lists. The last vector of a row whose width is no
 * multiple of the lanes is masked.
 */
final class VectorRules {
  private static final VectorSpecies<Float> LANES = FloatVector.SPECIES_PREFERRED;
  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

  private final int dim;
  private final VectorMask<Float> last;
  private final boolean largestSquare;
  private final SparseOptimizerOptions options;
  private float rate;
  private float keep;
  private final float momentum;
  private final float squareDecay;
  private final float kept;
  private final float restored;
  private final float l1;
  private final float l2;

  VectorRules(SparseOptimizerOptions options, int dim) {
    this.options = options;
    this.dim = dim;
    at(Long.MAX_VALUE);
    int rest = dim % LANES.length();
    last = LANES.indexInRange(0, rest == 0 ? LANES.length() : rest);
    largestSquare = options.kind() == SparseOptimizerOptions.Kind.AMS_GRAD;
    momentum = options.coefficients().momentum();
    squareDecay = options.coefficients().squareDecay();
    kept = options.coefficients().accumulatorKept();
    restored = options.initialAccumulator() * (1 - kept);
    l1 = options.coefficients().l1();
    l2 = options.coefficients().l2();
  }

  final void at(long step) {
    rate = options.rateAt(step);
    keep = 1 - rate * options.weightDecay();
  }

  float rate() {
    return rate;
  }

  /** Adagrad's sum after one more square. */
  float accumulator(float before, float square) {
    return before * kept + (restored + square);
  }

  void sgd(long weights, float[] gradient, int offset, float scale) {
    int full = LANES.loopBound(dim);
    for (int i = 0; i < full; i += LANES.length()) {
      FloatVector g = FloatVector.fromArray(LANES, gradient, offset + i).mul(scale);
      long at = weights + 4L * i;
      put(at, get(at).mul(keep).sub(g.mul(rate)));
    }
    if (full < dim) {
      FloatVector g = FloatVector.fromArray(LANES, gradient, offset + full, last).mul(scale);
      long at = weights + 4L * full;
      putLast(at, getLast(at).mul(keep).sub(g.mul(rate)));
    }
  }

  void momentum(long weights, long state, float[] gradient, int offset, float scale) {
    int full = LANES.loopBound(dim);
    for (int i = 0; i < full; i += LANES.length()) {
      FloatVector g = FloatVector.fromArray(LANES, gradient, offset + i).mul(scale);
      FloatVector m = get(state + 4L * i).mul(momentum).add(g);
      put(state + 4L * i, m);
      long at = weights + 4L * i;
      put(at, get(at).mul(keep).sub(m.mul(rate)));
    }
    if (full < dim) {
      FloatVector g = FloatVector.fromArray(LANES, gradient, offset + full, last).mul(scale);
      FloatVector m = getLast(state + 4L * full).mul(momentum).add(g);
      putLast(state + 4L * full, m);
      long at = weights + 4L * full;
      putLast(at, getLast(at).mul(keep).sub(m.mul(rate)));
    }
  }

  void adagrad(long weights, long state, float[] gradient, int offset, float scale) {
    int full = LANES.loopBound(dim);
    for (int i = 0; i < full; i += LANES.length()) {
      FloatVector g = FloatVector.fromArray(LANES, gradient, offset + i).mul(scale);
      FloatVector sum = get(state + 4L * i).mul(kept).add(g.mul(g).add(restored));
      put(state + 4L * i, sum);
      FloatVector root = sum.lanewise(SQRT).add(ScalarRowOptimizer.EPSILON);
      long at = weights + 4L * i;
      put(at, get(at).mul(keep).sub(g.mul(rate).div(root)));
    }
    if (full < dim) {
      FloatVector g = FloatVector.fromArray(LANES, gradient, offset + full, last).mul(scale);
      FloatVector sum = getLast(state + 4L * full).mul(kept).add(g.mul(g).add(restored));
      putLast(state + 4L * full, sum);
      FloatVector root = sum.lanewise(SQRT).add(ScalarRowOptimizer.EPSILON);
      long at = weights + 4L * full;
      putLast(at, getLast(at).mul(keep).sub(g.mul(rate).div(root)));
    }
  }

  void rmsProp(long weights, long state, float[] gradient, int offset, float scale) {
    int full = LANES.loopBound(dim);
    for (int i = 0; i < full; i += LANES.length()) {
      FloatVector g = FloatVector.fromArray(LANES, gradient, offset + i).mul(scale);
      FloatVector v = meanSquare(get(state + 4L * i), g);
      put(state + 4L * i, v);
      FloatVector root = v.lanewise(SQRT).add(ScalarRowOptimizer.ADAM_EPSILON);
      long at = weights + 4L * i;
      put(at, get(at).mul(keep).sub(g.mul(rate).div(root)));
    }
    if (full < dim) {
      FloatVector g = FloatVector.fromArray(LANES, gradient, offset + full, last).mul(scale);
      FloatVector v = meanSquare(getLast(state + 4L * full), g);
      putLast(state + 4L * full, v);
      FloatVector root = v.lanewise(SQRT).add(ScalarRowOptimizer.ADAM_EPSILON);
      long at = weights + 4L * full;
      putLast(at, getLast(at).mul(keep).sub(g.mul(rate).div(root)));
    }
  }

  private FloatVector meanSquare(FloatVector v, FloatVector g) {
    return v.mul(squareDecay).add(g.mul(g).mul(1 - squareDecay));
  }

  /**
   * @param stepRate rate divided by the first moment's correction
   * @param squareCorrection the second moment's
   */
  void adam(
      long weights,
      long state,
      float[] gradient,
      int offset,
      float scale,
      float stepRate,
      float squareCorrection) {
    int full = LANES.loopBound(dim);
    for (int i = 0; i < full; i += LANES.length()) {
      FloatVector g = FloatVector.fromArray(LANES, gradient, offset + i).mul(scale);
      long at = state + 4L * i;
      FloatVector m = get(at).mul(momentum).add(g.mul(1 - momentum));
      put(at, m);
      at += 4L * dim;
      FloatVector v = meanSquare(get(at), g);
      put(at, v);
      if (largestSquare) {
        at += 4L * dim;
        v = v.max(get(at));
        put(at, v);
      }
      FloatVector root =
          v.div(squareCorrection).lanewise(SQRT).add(ScalarRowOptimizer.ADAM_EPSILON);
      at = weights + 4L * i;
      put(at, get(at).mul(keep).sub(m.mul(stepRate).div(root)));
    }
    if (full < dim) {
      FloatVector g = FloatVector.fromArray(LANES, gradient, offset + full, last).mul(scale);
      long at = state + 4L * full;
      FloatVector m = getLast(at).mul(momentum).add(g.mul(1 - momentum));
      putLast(at, m);
      at += 4L * dim;
      FloatVector v = meanSquare(getLast(at), g);
      putLast(at, v);
      if (largestSquare) {
        at += 4L * dim;
        v = v.max(getLast(at));
        putLast(at, v);
      }
      FloatVector root =
          v.div(squareCorrection).lanewise(SQRT).add(ScalarRowOptimizer.ADAM_EPSILON);
      at = weights + 4L * full;
      putLast(at, getLast(at).mul(keep).sub(m.mul(stepRate).div(root)));
    }
  }

  /** FTRL's z and n take the gradient in. */
  void ftrlAccumulate(long weights, long state, float[] gradient, int offset, float scale) {
    int full = LANES.loopBound(dim);
    long squares = state + 4L * dim;
    for (int i = 0; i < full; i += LANES.length()) {
      FloatVector g = FloatVector.fromArray(LANES, gradient, offset + i).mul(scale);
      FloatVector before = get(squares + 4L * i);
      FloatVector n = before.add(g.mul(g));
      FloatVector sigma = n.lanewise(SQRT).sub(before.lanewise(SQRT)).div(rate);
      long at = state + 4L * i;
      put(at, get(at).add(g.sub(sigma.mul(get(weights + 4L * i)))));
      put(squares + 4L * i, n);
    }
    if (full < dim) {
      FloatVector g = FloatVector.fromArray(LANES, gradient, offset + full, last).mul(scale);
      FloatVector before = getLast(squares + 4L * full);
      FloatVector n = before.add(g.mul(g));
      FloatVector sigma = n.lanewise(SQRT).sub(before.lanewise(SQRT)).div(rate);
      long at = state + 4L * full;
      putLast(at, getLast(at).add(g.sub(sigma.mul(getLast(weights + 4L * full)))));
      putLast(squares + 4L * full, n);
    }
  }

  /**
   * FTRL's weights from z and n.
   *
   * @param shrink what the group leaves of the row
   */
  void ftrlWeights(long weights, long state, float shrink) {
    int full = LANES.loopBound(dim);
    long squares = state + 4L * dim;
    for (int i = 0; i < full; i += LANES.length()) {
      put(weights + 4L * i, ftrlWeight(get(state + 4L * i), get(squares + 4L * i), shrink));
    }
    if (full < dim) {
      FloatVector z = getLast(state + 4L * full);
      putLast(weights + 4L * full, ftrlWeight(z, getLast(squares + 4L * full), shrink));
    }
  }

  private FloatVector ftrlWeight(FloatVector z, FloatVector n, float shrink) {
    FloatVector beyond = z.abs().sub(l1).max(0).mul(shrink);
    FloatVector root = n.lanewise(SQRT).div(rate).add(l2);
    FloatVector size = beyond.div(root);
    FloatVector weight = size.lanewise(VectorOperators.NEG).blend(size, z.lt(0));
    return weight.blend(0, beyond.eq(0));
  }

  private static FloatVector get(long address) {
    return FloatVector.fromMemorySegment(LANES, ALL, address, ORDER);
  }

  private static void put(long address, FloatVector values) {
    values.intoMemorySegment(ALL, address, ORDER);
  }

  private FloatVector getLast(long address) {
    return FloatVector.fromMemorySegment(LANES, ALL, address, ORDER, last);
  }

  private void putLast(long address, FloatVector values) {
    values.intoMemorySegment(ALL, address, ORDER, last);
  }
}
