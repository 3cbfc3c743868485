package dev.dolmen.model.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Kernels on the JDK's Vector API, in the widest shape that the machine has.
 *
 * <p>Horizontal sums halve a vector by rotations rather than by {@code reduceLanes}, whose order
 * the API leaves open. The exponential is a polynomial of degree 6 after reduction to |r| ≤ ln 2 /
 * 2 (Cephes' {@code expf}); its relative error is below 2e-7.
 */
public final class VectorKernels implements Kernels {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

  private static final float EXP_MIN = -87.3f;
  private static final float EXP_MAX = 88.7f;
  private static final float LOG2_E = 1.442695f;
  private static final float LN2_HIGH = 0.6933594f;
  private static final float LN2_LOW = -0.00021219444f;

  /** 1.5 · 2²³: adding it rounds to an integer, which then stands in the low bits. */
  private static final float ROUND = 12582912f;

  private static final float GELU_SCALE = (float) Math.sqrt(2 / Math.PI);
  private static final float GELU_CUBE = 0.044715f;

  private static final VectorShuffle<Float> BY_1 = rotation(1);
  private static final VectorShuffle<Float> BY_2 = rotation(2);
  private static final VectorShuffle<Float> BY_4 = rotation(4 % LANES);
  private static final VectorShuffle<Float> BY_8 = rotation(8 % LANES);

  private final String reason;

  public VectorKernels(String reason) {
    this.reason = reason;
  }

  private static VectorShuffle<Float> rotation(int by) {
    return VectorShuffle.fromOp(SPECIES, i -> (i + by) % LANES);
  }

  @Override
  public String name() {
    return "vector " + SPECIES.vectorBitSize() + " bit";
  }

  @Override
  public String reason() {
    return reason;
  }

  @Override
  public void matmul(
      int m,
      int n,
      int k,
      float[] a,
      int aOffset,
      int aStride,
      float[] b,
      int bOffset,
      int bStride,
      float[] c,
      int cOffset,
      int cStride,
      KernelScratch scratch) {
    VectorMatmul.multiply(
        m, n, k, a, aOffset, aStride, 1, b, bOffset, bStride, false, c, cOffset, cStride, scratch);
  }

  @Override
  public void matmulTransposedB(
      int m,
      int n,
      int k,
      float[] a,
      int aOffset,
      int aStride,
      float[] b,
      int bOffset,
      int bStride,
      float[] c,
      int cOffset,
      int cStride,
      KernelScratch scratch) {
    VectorMatmul.multiply(
        m, n, k, a, aOffset, aStride, 1, b, bOffset, bStride, true, c, cOffset, cStride, scratch);
  }

  @Override
  public void matmulTransposedA(
      int m,
      int n,
      int k,
      float[] a,
      int aOffset,
      int aStride,
      float[] b,
      int bOffset,
      int bStride,
      float[] c,
      int cOffset,
      int cStride,
      KernelScratch scratch) {
    VectorMatmul.multiply(
        m, n, k, a, aOffset, 1, aStride, b, bOffset, bStride, false, c, cOffset, cStride, scratch);
  }

  @Override
  public void matmulPanels(
      int m,
      int panels,
      int k,
      float[] a,
      int aOffset,
      int aStride,
      float[] packed,
      int packedOffset,
      float[] c,
      int cOffset,
      int cStride) {
    VectorMatmul.multiplyPanels(
        m, panels, k, a, aOffset, aStride, packed, packedOffset, c, cOffset, cStride);
  }

  @Override
  public float dot(float[] x, int xOffset, float[] y, int yOffset, int n) {
    FloatVector sum = FloatVector.zero(SPECIES);
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      sum =
          FloatVector.fromArray(SPECIES, x, xOffset + i)
              .fma(FloatVector.fromArray(SPECIES, y, yOffset + i), sum);
    }
    if (i < n) {
      VectorMask<Float> rest = SPECIES.indexInRange(i, n);
      sum =
          FloatVector.fromArray(SPECIES, x, xOffset + i, rest)
              .fma(FloatVector.fromArray(SPECIES, y, yOffset + i, rest), sum);
    }
    return sum(sum);
  }

  @Override
  public void axpy(float alpha, float[] x, int xOffset, float[] y, int yOffset, int n) {
    FloatVector factor = FloatVector.broadcast(SPECIES, alpha);
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      FloatVector.fromArray(SPECIES, x, xOffset + i)
          .fma(factor, FloatVector.fromArray(SPECIES, y, yOffset + i))
          .intoArray(y, yOffset + i);
    }
    if (i < n) {
      VectorMask<Float> rest = SPECIES.indexInRange(i, n);
      FloatVector.fromArray(SPECIES, x, xOffset + i, rest)
          .fma(factor, FloatVector.fromArray(SPECIES, y, yOffset + i, rest))
          .intoArray(y, yOffset + i, rest);
    }
  }

  @Override
  public float softmax(float[] x, int xOffset, int n) {
    if (n == 0) {
      return Float.NEGATIVE_INFINITY;
    }
    int whole = n - n % LANES;
    VectorMask<Float> rest = SPECIES.indexInRange(whole, n);
    FloatVector lowest = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
    FloatVector highest = lowest;
    for (int i = 0; i < whole; i += LANES) {
      highest = highest.max(FloatVector.fromArray(SPECIES, x, xOffset + i));
    }
    if (whole < n) {
      highest =
          highest.max(lowest.blend(FloatVector.fromArray(SPECIES, x, xOffset + whole, rest), rest));
    }
    float max = highest.reduceLanes(VectorOperators.MAX);
    FloatVector shift = FloatVector.broadcast(SPECIES, max);
    FloatVector sum = FloatVector.zero(SPECIES);
    for (int i = 0; i < whole; i += LANES) {
      FloatVector e = exp(FloatVector.fromArray(SPECIES, x, xOffset + i).sub(shift));
      e.intoArray(x, xOffset + i);
      sum = sum.add(e);
    }
    if (whole < n) {
      FloatVector e =
          FloatVector.zero(SPECIES)
              .blend(
                  exp(FloatVector.fromArray(SPECIES, x, xOffset + whole, rest).sub(shift)), rest);
      e.intoArray(x, xOffset + whole, rest);
      sum = sum.add(e);
    }
    float total = sum(sum);
    scale(1 / total, x, xOffset, n);
    return (float) (max + StrictMath.log(total));
  }

  private static void scale(float factor, float[] x, int xOffset, int n) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      FloatVector.fromArray(SPECIES, x, xOffset + i).mul(factor).intoArray(x, xOffset + i);
    }
    if (i < n) {
      VectorMask<Float> rest = SPECIES.indexInRange(i, n);
      FloatVector.fromArray(SPECIES, x, xOffset + i, rest)
          .mul(factor)
          .intoArray(x, xOffset + i, rest);
    }
  }

  @Override
  public void gelu(float[] x, int xOffset, float[] y, int yOffset, int n) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      FloatVector v = FloatVector.fromArray(SPECIES, x, xOffset + i);
      v.mul(gate(v)).intoArray(y, yOffset + i);
    }
    if (i < n) {
      VectorMask<Float> rest = SPECIES.indexInRange(i, n);
      FloatVector v = FloatVector.fromArray(SPECIES, x, xOffset + i, rest);
      v.mul(gate(v)).intoArray(y, yOffset + i, rest);
    }
  }

  @Override
  public void geluBackward(
      float[] x, int xOffset, float[] dy, int dyOffset, float[] dx, int dxOffset, int n) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      FloatVector v = FloatVector.fromArray(SPECIES, x, xOffset + i);
      FloatVector.fromArray(SPECIES, dy, dyOffset + i).mul(slope(v)).intoArray(dx, dxOffset + i);
    }
    if (i < n) {
      VectorMask<Float> rest = SPECIES.indexInRange(i, n);
      FloatVector v = FloatVector.fromArray(SPECIES, x, xOffset + i, rest);
      FloatVector.fromArray(SPECIES, dy, dyOffset + i, rest)
          .mul(slope(v))
          .intoArray(dx, dxOffset + i, rest);
    }
  }

  /** 1 / (1 + exp(-2 √(2/π) (v + 0.044715 v³))). */
  private static FloatVector gate(FloatVector v) {
    FloatVector inner = v.mul(v).mul(GELU_CUBE).add(1f).mul(v).mul(-2 * GELU_SCALE);
    return FloatVector.broadcast(SPECIES, 1f).div(exp(inner).add(1f));
  }

  private static FloatVector slope(FloatVector v) {
    FloatVector s = gate(v);
    FloatVector inner = v.mul(v).mul(3 * GELU_CUBE).add(1f).mul(2 * GELU_SCALE);
    FloatVector one = FloatVector.broadcast(SPECIES, 1f);
    return v.mul(inner).mul(one.sub(s)).add(1f).mul(s);
  }

  @Override
  public void layerNorm(
      float[] x,
      int xOffset,
      float[] gain,
      int gainOffset,
      float[] bias,
      int biasOffset,
      float[] y,
      int yOffset,
      float[] moments,
      int momentsOffset,
      int n) {
    int whole = n - n % LANES;
    VectorMask<Float> rest = SPECIES.indexInRange(whole, n);
    FloatVector total = FloatVector.zero(SPECIES);
    for (int i = 0; i < whole; i += LANES) {
      total = total.add(FloatVector.fromArray(SPECIES, x, xOffset + i));
    }
    if (whole < n) {
      total = total.add(FloatVector.fromArray(SPECIES, x, xOffset + whole, rest));
    }
    float mean = sum(total) / n;
    FloatVector squares = FloatVector.zero(SPECIES);
    for (int i = 0; i < whole; i += LANES) {
      FloatVector d = FloatVector.fromArray(SPECIES, x, xOffset + i).sub(mean);
      squares = d.fma(d, squares);
    }
    if (whole < n) {
      FloatVector d = FloatVector.fromArray(SPECIES, x, xOffset + whole, rest).sub(mean);
      d = FloatVector.zero(SPECIES).blend(d, rest);
      squares = d.fma(d, squares);
    }
    float rstd = (float) (1 / Math.sqrt(sum(squares) / n + LAYER_NORM_EPSILON));
    for (int i = 0; i < whole; i += LANES) {
      FloatVector.fromArray(SPECIES, x, xOffset + i)
          .sub(mean)
          .mul(rstd)
          .fma(
              FloatVector.fromArray(SPECIES, gain, gainOffset + i),
              FloatVector.fromArray(SPECIES, bias, biasOffset + i))
          .intoArray(y, yOffset + i);
    }
    if (whole < n) {
      FloatVector.fromArray(SPECIES, x, xOffset + whole, rest)
          .sub(mean)
          .mul(rstd)
          .fma(
              FloatVector.fromArray(SPECIES, gain, gainOffset + whole, rest),
              FloatVector.fromArray(SPECIES, bias, biasOffset + whole, rest))
          .intoArray(y, yOffset + whole, rest);
    }
    moments[momentsOffset] = mean;
    moments[momentsOffset + 1] = rstd;
  }

  @Override
  public void layerNormBackward(
      float[] x,
      int xOffset,
      float[] gain,
      int gainOffset,
      int biasOffset,
      float[] moments,
      int momentsOffset,
      float[] dy,
      int dyOffset,
      float[] dx,
      int dxOffset,
      float[] dParameters,
      int n) {
    float mean = moments[momentsOffset];
    float rstd = moments[momentsOffset + 1];
    int whole = n - n % LANES;
    VectorMask<Float> rest = SPECIES.indexInRange(whole, n);
    FloatVector gradients = FloatVector.zero(SPECIES);
    FloatVector products = FloatVector.zero(SPECIES);
    for (int i = 0; i < whole; i += LANES) {
      FloatVector d = FloatVector.fromArray(SPECIES, dy, dyOffset + i);
      FloatVector g = d.mul(FloatVector.fromArray(SPECIES, gain, gainOffset + i));
      FloatVector xHat = FloatVector.fromArray(SPECIES, x, xOffset + i).sub(mean).mul(rstd);
      gradients = gradients.add(g);
      products = g.fma(xHat, products);
      d.fma(xHat, FloatVector.fromArray(SPECIES, dParameters, gainOffset + i))
          .intoArray(dParameters, gainOffset + i);
      d.add(FloatVector.fromArray(SPECIES, dParameters, biasOffset + i))
          .intoArray(dParameters, biasOffset + i);
    }
    if (whole < n) {
      FloatVector d = FloatVector.fromArray(SPECIES, dy, dyOffset + whole, rest);
      FloatVector g = d.mul(FloatVector.fromArray(SPECIES, gain, gainOffset + whole, rest));
      FloatVector xHat =
          FloatVector.fromArray(SPECIES, x, xOffset + whole, rest).sub(mean).mul(rstd);
      gradients = gradients.add(g);
      products = g.fma(xHat, products);
      d.fma(xHat, FloatVector.fromArray(SPECIES, dParameters, gainOffset + whole, rest))
          .intoArray(dParameters, gainOffset + whole, rest);
      d.add(FloatVector.fromArray(SPECIES, dParameters, biasOffset + whole, rest))
          .intoArray(dParameters, biasOffset + whole, rest);
    }
    float meanOfGradient = sum(gradients) / n;
    float meanOfProduct = sum(products) / n;
    for (int i = 0; i < whole; i += LANES) {
      FloatVector g =
          FloatVector.fromArray(SPECIES, dy, dyOffset + i)
              .mul(FloatVector.fromArray(SPECIES, gain, gainOffset + i));
      FloatVector xHat = FloatVector.fromArray(SPECIES, x, xOffset + i).sub(mean).mul(rstd);
      g.sub(meanOfGradient)
          .sub(xHat.mul(meanOfProduct))
          .mul(rstd)
          .add(FloatVector.fromArray(SPECIES, dx, dxOffset + i))
          .intoArray(dx, dxOffset + i);
    }
    if (whole < n) {
      FloatVector g =
          FloatVector.fromArray(SPECIES, dy, dyOffset + whole, rest)
              .mul(FloatVector.fromArray(SPECIES, gain, gainOffset + whole, rest));
      FloatVector xHat =
          FloatVector.fromArray(SPECIES, x, xOffset + whole, rest).sub(mean).mul(rstd);
      g.sub(meanOfGradient)
          .sub(xHat.mul(meanOfProduct))
          .mul(rstd)
          .add(FloatVector.fromArray(SPECIES, dx, dxOffset + whole, rest))
          .intoArray(dx, dxOffset + whole, rest);
    }
  }

  @Override
  public int countNotBelow(float[] x, int xOffset, int n, float threshold) {
    int below = 0;
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      below +=
          FloatVector.fromArray(SPECIES, x, xOffset + i)
              .compare(VectorOperators.LT, threshold)
              .trueCount();
    }
    for (; i < n; i++) {
      if (x[xOffset + i] < threshold) {
        below++;
      }
    }
    return n - below;
  }

  private static float sum(FloatVector v) {
    FloatVector s = v;
    if (LANES > 8) {
      s = s.add(s.rearrange(BY_8));
    }
    if (LANES > 4) {
      s = s.add(s.rearrange(BY_4));
    }
    s = s.add(s.rearrange(BY_2));
    s = s.add(s.rearrange(BY_1));
    return s.lane(0);
  }

  private static FloatVector exp(FloatVector x) {
    FloatVector rounded = x.mul(LOG2_E).add(ROUND);
    FloatVector whole = rounded.sub(ROUND);
    FloatVector r = whole.fma(FloatVector.broadcast(SPECIES, -LN2_HIGH), x);
    r = whole.fma(FloatVector.broadcast(SPECIES, -LN2_LOW), r);
    FloatVector p = r.mul(0.00019875691f).add(0.0013981999f);
    p = p.fma(r, FloatVector.broadcast(SPECIES, 0.008333452f));
    p = p.fma(r, FloatVector.broadcast(SPECIES, 0.041665796f));
    p = p.fma(r, FloatVector.broadcast(SPECIES, 0.16666666f));
    p = p.fma(r, FloatVector.broadcast(SPECIES, 0.5f));
    p = p.fma(r.mul(r), r).add(1f);
    IntVector exponent = rounded.reinterpretAsInts().add(127).lanewise(VectorOperators.LSHL, 23);
    FloatVector e = p.mul(exponent.reinterpretAsFloats());
    e = e.blend(0f, x.compare(VectorOperators.LT, EXP_MIN));
    return e.blend(Float.POSITIVE_INFINITY, x.compare(VectorOperators.GT, EXP_MAX));
  }
}
