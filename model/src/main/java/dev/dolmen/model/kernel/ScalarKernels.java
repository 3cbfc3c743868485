package dev.dolmen.model.kernel;

import org.jspecify.annotations.Nullable;

/** The oracle: every kernel as its definition says, in plain loops. */
public final class ScalarKernels implements Kernels {
  static final int CODE_MAX = 127;

  private static final float GELU_SCALE = (float) Math.sqrt(2 / Math.PI);
  private static final float GELU_CUBE = 0.044715f;

  private final String reason;

  public ScalarKernels(String reason) {
    this.reason = reason;
  }

  @Override
  public String name() {
    return "scalar";
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
    for (int i = 0; i < m; i++) {
      for (int p = 0; p < k; p++) {
        axpy(a[aOffset + i * aStride + p], b, bOffset + p * bStride, c, cOffset + i * cStride, n);
      }
    }
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
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < n; j++) {
        c[cOffset + i * cStride + j] += dot(a, aOffset + i * aStride, b, bOffset + j * bStride, k);
      }
    }
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
    for (int p = 0; p < k; p++) {
      for (int i = 0; i < m; i++) {
        axpy(a[aOffset + p * aStride + i], b, bOffset + p * bStride, c, cOffset + i * cStride, n);
      }
    }
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
    for (int panel = 0; panel < panels; panel++) {
      for (int i = 0; i < m; i++) {
        for (int p = 0; p < k; p++) {
          axpy(
              a[aOffset + i * aStride + p],
              packed,
              packedOffset + (panel * k + p) * PANEL,
              c,
              cOffset + i * cStride + panel * PANEL,
              PANEL);
        }
      }
    }
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
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < panels * PANEL; j++) {
        int column = packedOffset + j / PANEL * k * PANEL + j % PANEL;
        double sum = 0;
        for (int p = 0; p < k; p++) {
          sum += (double) a[aOffset + i * aStride + p] * packed[column + p * PANEL];
        }
        c[cOffset + i * cStride + j] += (float) (sum * scale[scaleOffset + j]);
      }
    }
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
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < panels * PANEL; j++) {
        int column = packedOffset + j / PANEL * k * PANEL + j % PANEL;
        double sum = 0;
        for (int p = 0; p < k; p++) {
          float number = Float.intBitsToFloat(packed[column + p * PANEL] << 16);
          sum += (double) a[aOffset + i * aStride + p] * number;
        }
        c[cOffset + i * cStride + j] += (float) sum;
      }
    }
  }

  @Override
  public float dot(float[] x, int xOffset, float[] y, int yOffset, int n) {
    float sum = 0;
    for (int i = 0; i < n; i++) {
      sum += x[xOffset + i] * y[yOffset + i];
    }
    return sum;
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
    for (int f = 0; f < count; f++) {
      axpy(weights[weightOffset + f * stride], columns[first + f], from, y, from, n);
    }
  }

  @Override
  public void axpy(float alpha, float[] x, int xOffset, float[] y, int yOffset, int n) {
    for (int i = 0; i < n; i++) {
      y[yOffset + i] += alpha * x[xOffset + i];
    }
  }

  @Override
  public float softmax(float[] x, int xOffset, int n) {
    float max = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < n; i++) {
      max = Math.max(max, x[xOffset + i]);
    }
    double sum = 0;
    for (int i = 0; i < n; i++) {
      double e = Math.exp((double) x[xOffset + i] - max);
      x[xOffset + i] = (float) e;
      sum += e;
    }
    for (int i = 0; i < n; i++) {
      x[xOffset + i] = (float) (x[xOffset + i] / sum);
    }
    return (float) (max + Math.log(sum));
  }

  @Override
  public void biasedSoftmax(
      float[] x, int xOffset, int n, float factor, float[] bias, int biasOffset) {
    for (int i = 0; i < n; i++) {
      x[xOffset + i] = factor * x[xOffset + i] + bias[biasOffset + i];
    }
    softmax(x, xOffset, n);
  }

  @Override
  public void softmaxBackward(float[] y, int yOffset, float[] dy, int dyOffset, int n) {
    float along = dot(y, yOffset, dy, dyOffset, n);
    for (int i = 0; i < n; i++) {
      dy[dyOffset + i] = y[yOffset + i] * (dy[dyOffset + i] - along);
    }
  }

  @Override
  public void scale(float factor, float[] x, int xOffset, int n) {
    for (int i = 0; i < n; i++) {
      x[xOffset + i] *= factor;
    }
  }

  @Override
  public void gelu(float[] x, int xOffset, float[] y, int yOffset, int n) {
    for (int i = 0; i < n; i++) {
      float v = x[xOffset + i];
      y[yOffset + i] = v * sigmoid(2 * GELU_SCALE * (v + GELU_CUBE * v * v * v));
    }
  }

  @Override
  public void geluBackward(
      float[] x, int xOffset, float[] dy, int dyOffset, float[] dx, int dxOffset, int n) {
    for (int i = 0; i < n; i++) {
      float v = x[xOffset + i];
      float s = sigmoid(2 * GELU_SCALE * (v + GELU_CUBE * v * v * v));
      float slope = 2 * GELU_SCALE * (1 + 3 * GELU_CUBE * v * v);
      dx[dxOffset + i] = dy[dyOffset + i] * (s + v * s * (1 - s) * slope);
    }
  }

  private static float sigmoid(float v) {
    return (float) (1 / (1 + Math.exp(-v)));
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
    double sum = 0;
    for (int i = 0; i < n; i++) {
      sum += x[xOffset + i];
    }
    double mean = sum / n;
    double squares = 0;
    for (int i = 0; i < n; i++) {
      double d = x[xOffset + i] - mean;
      squares += d * d;
    }
    double rstd = 1 / Math.sqrt(squares / n + LAYER_NORM_EPSILON);
    for (int i = 0; i < n; i++) {
      y[yOffset + i] =
          (float) ((x[xOffset + i] - mean) * rstd * gain[gainOffset + i] + bias[biasOffset + i]);
    }
    moments[momentsOffset] = (float) mean;
    moments[momentsOffset + 1] = (float) rstd;
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
    double meanOfGradient = 0;
    double meanOfProduct = 0;
    for (int i = 0; i < n; i++) {
      float xHat = (x[xOffset + i] - mean) * rstd;
      float g = dy[dyOffset + i] * gain[gainOffset + i];
      meanOfGradient += g;
      meanOfProduct += g * xHat;
    }
    meanOfGradient /= n;
    meanOfProduct /= n;
    for (int i = 0; i < n; i++) {
      float xHat = (x[xOffset + i] - mean) * rstd;
      float g = dy[dyOffset + i] * gain[gainOffset + i];
      dParameters[gainOffset + i] += dy[dyOffset + i] * xHat;
      dParameters[biasOffset + i] += dy[dyOffset + i];
      dx[dxOffset + i] += (float) ((g - meanOfGradient - xHat * meanOfProduct) * rstd);
    }
  }

  @Override
  public int countNotBelow(float[] x, int xOffset, int n, float threshold) {
    int count = 0;
    for (int i = 0; i < n; i++) {
      if (!(x[xOffset + i] < threshold)) {
        count++;
      }
    }
    return count;
  }

  @Override
  public int firstNotBelow(float[] x, int xOffset, int n, float threshold) {
    for (int i = 0; i < n; i++) {
      if (x[xOffset + i] >= threshold) {
        return i;
      }
    }
    return n;
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
    for (int i = from; i < to; i++) {
      int row = rows[i] - base;
      float sum = 0;
      for (int d = 0; d < n; d++) {
        sum = Math.fma(x[d], y[row * n + d], sum);
      }
      out[outOffset + i - from] += scale[row] * (sum + slack);
    }
  }

  @Override
  public float byteCodes(float[] x, int xOffset, int n, byte[] codes, int at) {
    float max = 0;
    for (int i = 0; i < n; i++) {
      max = Math.max(max, Math.abs(x[xOffset + i]));
    }
    float factor = max == 0 ? 0 : CODE_MAX / max;
    for (int i = 0; i < n; i++) {
      codes[at + i] = code(x[xOffset + i], factor);
    }
    return max / CODE_MAX;
  }

  /** Above 0 before it is cut off, so that cutting off is rounding down. */
  static byte code(float x, float factor) {
    return (byte) ((int) (x * factor + (CODE_MAX + 1.5f)) - (CODE_MAX + 1));
  }
}
