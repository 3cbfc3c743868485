package dev.dolmen.model.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.jspecify.annotations.Nullable;

/**
 * Kernels on the JDK's Vector API, in the widest shape that the machine has.
 *
 * <p>Methods of this class are compiled by themselves (jvm.options says so): within a large method
 * the compiler's budget for inlining can run out half-way through a kernel, and then every vector
 * becomes an object.
 */
public final class VectorKernels implements Kernels {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

  private final String reason;

  public VectorKernels(String reason) {
    this.reason = reason;
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
      int cStride,
      @Nullable KernelScratch scratch) {
    VectorMatmul.multiplyPanels(
        m, panels, k, a, aOffset, aStride, packed, packedOffset, c, cOffset, cStride, scratch);
  }

  @Override
  public void scanInt8(
      int m,
      int panels,
      int k,
      float[] a,
      int aOffset,
      int aStride,
      byte[] packed,
      int packedOffset,
      float[] scale,
      int scaleOffset,
      float[] c,
      int cOffset,
      int cStride,
      KernelScratch scratch) {
    VectorScans.int8(
        m,
        panels,
        k,
        a,
        aOffset,
        aStride,
        packed,
        packedOffset,
        scale,
        scaleOffset,
        c,
        cOffset,
        cStride,
        scratch);
  }

  @Override
  public void scanBf16(
      int m,
      int panels,
      int k,
      float[] a,
      int aOffset,
      int aStride,
      short[] packed,
      int packedOffset,
      float[] c,
      int cOffset,
      int cStride,
      KernelScratch scratch) {
    VectorScans.bf16(
        m, panels, k, a, aOffset, aStride, packed, packedOffset, c, cOffset, cStride, scratch);
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
    return Lanes.sum(sum);
  }

  @Override
  public void addColumns(
      float[][] columns,
      int first,
      int count,
      float[] weights,
      int weightOffset,
      int stride,
      float[] y,
      int from,
      int n) {
    int i = from;
    // Four at a time: a column and its weight are read once for all of them.
    for (; i <= from + n - 4 * LANES; i += 4 * LANES) {
      FloatVector sum0 = FloatVector.fromArray(SPECIES, y, i);
      FloatVector sum1 = FloatVector.fromArray(SPECIES, y, i + LANES);
      FloatVector sum2 = FloatVector.fromArray(SPECIES, y, i + 2 * LANES);
      FloatVector sum3 = FloatVector.fromArray(SPECIES, y, i + 3 * LANES);
      for (int f = 0; f < count; f++) {
        float[] x = columns[first + f];
        FloatVector w = FloatVector.broadcast(SPECIES, weights[weightOffset + f * stride]);
        sum0 = FloatVector.fromArray(SPECIES, x, i).fma(w, sum0);
        sum1 = FloatVector.fromArray(SPECIES, x, i + LANES).fma(w, sum1);
        sum2 = FloatVector.fromArray(SPECIES, x, i + 2 * LANES).fma(w, sum2);
        sum3 = FloatVector.fromArray(SPECIES, x, i + 3 * LANES).fma(w, sum3);
      }
      sum0.intoArray(y, i);
      sum1.intoArray(y, i + LANES);
      sum2.intoArray(y, i + 2 * LANES);
      sum3.intoArray(y, i + 3 * LANES);
    }
    for (; i <= from + n - LANES; i += LANES) {
      FloatVector sum = FloatVector.fromArray(SPECIES, y, i);
      for (int f = 0; f < count; f++) {
        sum =
            FloatVector.fromArray(SPECIES, columns[first + f], i)
                .fma(FloatVector.broadcast(SPECIES, weights[weightOffset + f * stride]), sum);
      }
      sum.intoArray(y, i);
    }
    if (i < from + n) {
      VectorMask<Float> rest = SPECIES.indexInRange(i, from + n);
      FloatVector sum = FloatVector.fromArray(SPECIES, y, i, rest);
      for (int f = 0; f < count; f++) {
        sum =
            FloatVector.fromArray(SPECIES, columns[first + f], i, rest)
                .fma(FloatVector.broadcast(SPECIES, weights[weightOffset + f * stride]), sum);
      }
      sum.intoArray(y, i, rest);
    }
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
    float max = max(x, xOffset, n);
    exponentials(x, xOffset, n, max);
    float total = sum(x, xOffset, n);
    scale(1 / total, x, xOffset, n);
    return (float) (max + StrictMath.log(total));
  }

  /** The largest number; those that are none are passed over. */
  private static float max(float[] x, int xOffset, int n) {
    FloatVector max = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
    FloatVector max1 = max;
    FloatVector max2 = max;
    FloatVector max3 = max;
    int i = 0;
    // Four chains, as each step waits for the one before it.
    for (; i <= n - 4 * LANES; i += 4 * LANES) {
      int at = xOffset + i;
      max = Lanes.larger(max, FloatVector.fromArray(SPECIES, x, at));
      max1 = Lanes.larger(max1, FloatVector.fromArray(SPECIES, x, at + LANES));
      max2 = Lanes.larger(max2, FloatVector.fromArray(SPECIES, x, at + 2 * LANES));
      max3 = Lanes.larger(max3, FloatVector.fromArray(SPECIES, x, at + 3 * LANES));
    }
    max = Lanes.larger(Lanes.larger(max, max1), Lanes.larger(max2, max3));
    for (; i <= n - LANES; i += LANES) {
      FloatVector v = FloatVector.fromArray(SPECIES, x, xOffset + i);
      max = Lanes.larger(max, v);
    }
    if (i < n) {
      VectorMask<Float> rest = SPECIES.indexInRange(i, n);
      FloatVector v = FloatVector.fromArray(SPECIES, x, xOffset + i, rest);
      max = max.blend(v, v.compare(VectorOperators.GT, max).and(rest));
    }
    return Lanes.max(max);
  }

  /** Replaces x by exp(x - shift). */
  private static void exponentials(float[] x, int xOffset, int n, float shift) {
    for (int i = 0; i < n; i += LANES) {
      VectorMask<Float> some = SPECIES.indexInRange(i, n);
      Lanes.exp(FloatVector.fromArray(SPECIES, x, xOffset + i, some).sub(shift))
          .intoArray(x, xOffset + i, some);
    }
  }

  private static float sum(float[] x, int xOffset, int n) {
    FloatVector sum = FloatVector.zero(SPECIES);
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      sum = sum.add(FloatVector.fromArray(SPECIES, x, xOffset + i));
    }
    if (i < n) {
      sum = sum.add(FloatVector.fromArray(SPECIES, x, xOffset + i, SPECIES.indexInRange(i, n)));
    }
    return Lanes.sum(sum);
  }

  @Override
  public void scale(float factor, float[] x, int xOffset, int n) {
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
  public void biasedSoftmax(
      float[] x, int xOffset, int n, float factor, float[] bias, int biasOffset) {
    // In steps that the compiler can take whole: what it does not inline makes objects.
    float max = scaleAndAdd(x, xOffset, n, factor, bias, biasOffset);
    exponentials(x, xOffset, n, max);
    scale(1 / sum(x, xOffset, n), x, xOffset, n);
  }

  /** Replaces x by factor x + bias; the largest of them. */
  private static float scaleAndAdd(
      float[] x, int xOffset, int n, float factor, float[] bias, int biasOffset) {
    FloatVector max = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      FloatVector v =
          FloatVector.fromArray(SPECIES, x, xOffset + i)
              .mul(factor)
              .add(FloatVector.fromArray(SPECIES, bias, biasOffset + i));
      v.intoArray(x, xOffset + i);
      max = Lanes.larger(max, v);
    }
    if (i < n) {
      VectorMask<Float> rest = SPECIES.indexInRange(i, n);
      FloatVector v =
          FloatVector.fromArray(SPECIES, x, xOffset + i, rest)
              .mul(factor)
              .add(FloatVector.fromArray(SPECIES, bias, biasOffset + i, rest));
      v.intoArray(x, xOffset + i, rest);
      max = max.blend(v, v.compare(VectorOperators.GT, max).and(rest));
    }
    return Lanes.max(max);
  }

  @Override
  public void softmaxBackward(float[] y, int yOffset, float[] dy, int dyOffset, int n) {
    float along = dot(y, yOffset, dy, dyOffset, n);
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      FloatVector.fromArray(SPECIES, dy, dyOffset + i)
          .sub(along)
          .mul(FloatVector.fromArray(SPECIES, y, yOffset + i))
          .intoArray(dy, dyOffset + i);
    }
    if (i < n) {
      VectorMask<Float> rest = SPECIES.indexInRange(i, n);
      FloatVector.fromArray(SPECIES, dy, dyOffset + i, rest)
          .sub(along)
          .mul(FloatVector.fromArray(SPECIES, y, yOffset + i, rest))
          .intoArray(dy, dyOffset + i, rest);
    }
  }

  @Override
  public void gelu(float[] x, int xOffset, float[] y, int yOffset, int n) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      FloatVector v = FloatVector.fromArray(SPECIES, x, xOffset + i);
      v.mul(Lanes.gate(v)).intoArray(y, yOffset + i);
    }
    if (i < n) {
      VectorMask<Float> rest = SPECIES.indexInRange(i, n);
      FloatVector v = FloatVector.fromArray(SPECIES, x, xOffset + i, rest);
      v.mul(Lanes.gate(v)).intoArray(y, yOffset + i, rest);
    }
  }

  @Override
  public void geluBackward(
      float[] x, int xOffset, float[] dy, int dyOffset, float[] dx, int dxOffset, int n) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      FloatVector v = FloatVector.fromArray(SPECIES, x, xOffset + i);
      FloatVector.fromArray(SPECIES, dy, dyOffset + i)
          .mul(Lanes.slope(v))
          .intoArray(dx, dxOffset + i);
    }
    if (i < n) {
      VectorMask<Float> rest = SPECIES.indexInRange(i, n);
      FloatVector v = FloatVector.fromArray(SPECIES, x, xOffset + i, rest);
      FloatVector.fromArray(SPECIES, dy, dyOffset + i, rest)
          .mul(Lanes.slope(v))
          .intoArray(dx, dxOffset + i, rest);
    }
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
    if (n == 4 * LANES) {
      VectorNorms.layerNorm4(
          x, xOffset, gain, gainOffset, bias, biasOffset, y, yOffset, moments, momentsOffset);
      return;
    }
    float mean = sum(x, xOffset, n) / n;
    float variance = VectorNorms.squaredDistance(x, xOffset, mean, n) / n;
    float rstd = (float) (1 / Math.sqrt(variance + LAYER_NORM_EPSILON));
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      FloatVector.fromArray(SPECIES, x, xOffset + i)
          .sub(mean)
          .mul(rstd)
          .fma(
              FloatVector.fromArray(SPECIES, gain, gainOffset + i),
              FloatVector.fromArray(SPECIES, bias, biasOffset + i))
          .intoArray(y, yOffset + i);
    }
    if (i < n) {
      VectorMask<Float> rest = SPECIES.indexInRange(i, n);
      FloatVector.fromArray(SPECIES, x, xOffset + i, rest)
          .sub(mean)
          .mul(rstd)
          .fma(
              FloatVector.fromArray(SPECIES, gain, gainOffset + i, rest),
              FloatVector.fromArray(SPECIES, bias, biasOffset + i, rest))
          .intoArray(y, yOffset + i, rest);
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
    VectorNorms.addNormParameters(
        x, xOffset, mean, rstd, dy, dyOffset, dParameters, gainOffset, biasOffset, n);
    float meanOfGradient = dot(dy, dyOffset, gain, gainOffset, n) / n;
    // Σ dy gain (x - mean) rstd
    float along = VectorNorms.tripleProduct(x, xOffset, mean, gain, gainOffset, dy, dyOffset, n);
    float meanOfProduct = along * rstd / n;
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      FloatVector xHat = FloatVector.fromArray(SPECIES, x, xOffset + i).sub(mean).mul(rstd);
      FloatVector.fromArray(SPECIES, dy, dyOffset + i)
          .mul(FloatVector.fromArray(SPECIES, gain, gainOffset + i))
          .sub(meanOfGradient)
          .sub(xHat.mul(meanOfProduct))
          .mul(rstd)
          .add(FloatVector.fromArray(SPECIES, dx, dxOffset + i))
          .intoArray(dx, dxOffset + i);
    }
    if (i < n) {
      VectorMask<Float> rest = SPECIES.indexInRange(i, n);
      FloatVector xHat = FloatVector.fromArray(SPECIES, x, xOffset + i, rest).sub(mean).mul(rstd);
      FloatVector.fromArray(SPECIES, dy, dyOffset + i, rest)
          .mul(FloatVector.fromArray(SPECIES, gain, gainOffset + i, rest))
          .sub(meanOfGradient)
          .sub(xHat.mul(meanOfProduct))
          .mul(rstd)
          .add(FloatVector.fromArray(SPECIES, dx, dxOffset + i, rest))
          .intoArray(dx, dxOffset + i, rest);
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

  @Override
  public int firstNotBelow(float[] x, int xOffset, int n, float threshold) {
    return VectorScans.firstNotBelow(x, xOffset, n, threshold);
  }

  @Override
  public void addRowBounds(
      float[] x,
      int n,
      byte[] y,
      float[] scale,
      float slack,
      int[] rows,
      int from,
      int to,
      int base,
      float[] out,
      int outOffset) {
    VectorScans.addRowBounds(x, n, y, scale, slack, rows, from, to, base, out, outOffset);
  }

  @Override
  public float byteCodes(float[] x, int xOffset, int n, byte[] codes, int at) {
    return VectorCodes.byteCodes(x, xOffset, n, codes, at);
  }
}
