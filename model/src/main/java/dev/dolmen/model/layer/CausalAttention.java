package dev.dolmen.model.layer;

import dev.dolmen.model.kernel.KernelScratch;
import dev.dolmen.model.kernel.Kernels;
import java.util.Arrays;

/**
 * Multi-head scaled dot-product attention within each session, every position over itself and those
 * before it, with a learned bias per head and distance (Shaw et al., 2018, in the scalar form of
 * T5): a position's place is counted from the one that asks, which is the session's end when the
 * last one does. Scores are computed for the whole square and half of them thrown away: a matrix
 * product of twice the size takes less time than half as many products of rows.
 */
public final class CausalAttention {
  private final Kernels kernels;
  private final int width;
  private final int heads;
  private final int headWidth;
  private final int lengthMax;
  private final int distanceBias;
  private final float scale;

  public CausalAttention(
      Kernels kernels, ParameterLayout layout, String name, int width, int heads, int lengthMax) {
    this.kernels = kernels;
    this.width = width;
    this.heads = heads;
    this.lengthMax = lengthMax;
    headWidth = width / heads;
    scale = (float) (1 / Math.sqrt(headWidth));
    distanceBias = layout.table(name + "/distance", heads, lengthMax, 0);
  }

  /** Lets the fresh bias of every head fall with the distance. */
  public void initialize(float[] parameters, float slope) {
    for (int h = 0; h < heads; h++) {
      for (int distance = 0; distance < lengthMax; distance++) {
        parameters[distanceBias + h * lengthMax + distance] = -slope * distance;
      }
    }
  }

  /** Floats of {@code shares} that a session of {@code length} tokens needs. */
  public int shares(int length) {
    return heads * length * length;
  }

  /** What a product of query and key is multiplied with. */
  float scale() {
    return scale;
  }

  /** Copies a head's bias for each position, from the farthest to the nearest, as they stand. */
  void copyBias(float[] parameters, int head, int length, float[] out, int outOffset) {
    for (int d = 0; d < length; d++) {
      out[outOffset + length - 1 - d] = parameters[distanceBias + head * lengthMax + d];
    }
  }

  /**
   * Forward of one session.
   *
   * @param qkv queries, keys and values of the session, [length, 3 D] from {@code qkvOffset}
   * @param shares overwritten, the attention's weights, [H, length, length] from {@code
   *     sharesOffset}, 0 for positions that have not come yet
   * @param out overwritten, [length, D] from {@code outOffset}
   */
  public void forward(
      float[] parameters,
      float[] qkv,
      int qkvOffset,
      int length,
      float[] shares,
      int sharesOffset,
      float[] out,
      int outOffset,
      KernelScratch scratch) {
    int row = 3 * width;
    float[] bias = scratch.floats(length);
    Arrays.fill(shares, sharesOffset, sharesOffset + shares(length), 0);
    Arrays.fill(out, outOffset, outOffset + length * width, 0);
    for (int h = 0; h < heads; h++) {
      int query = qkvOffset + h * headWidth;
      int key = query + width;
      int value = key + width;
      int share = sharesOffset + h * length * length;
      int to = outOffset + h * headWidth;
      copyBias(parameters, h, length, bias, 0);
      kernels.matmulTransposedB(
          length, length, headWidth, qkv, query, row, qkv, key, row, shares, share, length,
          scratch);
      for (int i = 0; i < length; i++) {
        int seen = i + 1;
        int at = share + i * length;
        kernels.biasedSoftmax(shares, at, seen, scale, bias, length - seen);
        for (int j = seen; j < length; j++) {
          shares[at + j] = 0;
        }
      }
      kernels.matmul(
          length, headWidth, length, shares, share, length, qkv, value, row, out, to, width,
          scratch);
    }
  }

  /**
   * Backward of one session.
   *
   * @param dOut [length, D] from {@code outOffset}
   * @param dQkv accumulated into, [length, 3 D] from {@code qkvOffset}
   */
  public void backward(
      float[] gradients,
      float[] qkv,
      int qkvOffset,
      int length,
      float[] shares,
      int sharesOffset,
      float[] dOut,
      int outOffset,
      float[] dQkv,
      KernelScratch scratch) {
    int n = length;
    int k = headWidth;
    int row = 3 * width;
    // The gradients of the scores, [length, length], then those of the distances, the farthest
    // first.
    float[] d = scratch.floats(n * n + n);
    for (int h = 0; h < heads; h++) {
      int query = qkvOffset + h * k;
      int key = query + width;
      int value = key + width;
      int share = sharesOffset + h * n * n;
      int from = outOffset + h * k;
      Arrays.fill(d, 0, n * n + n, 0);
      kernels.matmulTransposedB(n, n, k, dOut, from, width, qkv, value, row, d, 0, n, scratch);
      kernels.matmulTransposedA(
          n, k, n, shares, share, n, dOut, from, width, dQkv, value, row, scratch);
      for (int i = 0; i < n; i++) {
        kernels.softmaxBackward(shares, share + i * n, d, i * n, n);
        kernels.axpy(1, d, i * n, d, n * n + n - 1 - i, i + 1);
      }
      for (int distance = 0; distance < n; distance++) {
        gradients[distanceBias + h * lengthMax + distance] += d[n * n + n - 1 - distance];
      }
      kernels.scale(scale, d, 0, n * n);
      kernels.matmul(n, k, n, d, 0, n, qkv, key, row, dQkv, query, row, scratch);
      kernels.matmulTransposedA(n, k, n, d, 0, n, qkv, query, row, dQkv, key, row, scratch);
    }
  }
}
