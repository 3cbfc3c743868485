package dev.dolmen.model.layer;

import dev.dolmen.model.kernel.Kernels;

/**
 * Multi-head scaled dot-product attention within each session, every position over itself and those
 * before it, with a learned bias per head and distance (Shaw et al., 2018, in the scalar form of
 * T5): a position's place is counted from the one that asks, which is the session's end when the
 * last one does.
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
    return heads * length * (length + 1) / 2;
  }

  /**
   * Forward of one session from its position {@code from} on.
   *
   * @param qkv queries, keys and values of the session, [length, 3 D] from {@code qkvOffset}
   * @param shares overwritten, the attention's weights, [H, length (length + 1) / 2] from {@code
   *     sharesOffset}
   * @param out overwritten from position {@code from} on, [length, D] from {@code outOffset}
   */
  public void forward(
      float[] parameters,
      float[] qkv,
      int qkvOffset,
      int length,
      int from,
      float[] shares,
      int sharesOffset,
      float[] out,
      int outOffset) {
    int row = 3 * width;
    for (int h = 0; h < heads; h++) {
      int query = qkvOffset + h * headWidth;
      int key = query + width;
      int value = key + width;
      int bias = distanceBias + h * lengthMax;
      int share = sharesOffset + h * length * (length + 1) / 2 + from * (from + 1) / 2;
      for (int i = from; i < length; i++) {
        for (int j = 0; j <= i; j++) {
          shares[share + j] =
              scale * kernels.dot(qkv, query + i * row, qkv, key + j * row, headWidth)
                  + parameters[bias + i - j];
        }
        kernels.softmax(shares, share, i + 1);
        int to = outOffset + i * width + h * headWidth;
        for (int d = 0; d < headWidth; d++) {
          out[to + d] = 0;
        }
        for (int j = 0; j <= i; j++) {
          kernels.axpy(shares[share + j], qkv, value + j * row, out, to, headWidth);
        }
        share += i + 1;
      }
    }
  }

  /**
   * Backward of one session.
   *
   * @param dOut [length, D] from {@code outOffset}
   * @param dQkv accumulated into, [length, 3 D] from {@code qkvOffset}
   * @param dShares scratch, at least [length]
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
      float[] dShares) {
    int row = 3 * width;
    for (int h = 0; h < heads; h++) {
      int query = qkvOffset + h * headWidth;
      int key = query + width;
      int value = key + width;
      int bias = distanceBias + h * lengthMax;
      int share = sharesOffset + h * length * (length + 1) / 2;
      for (int i = 0; i < length; i++) {
        int from = outOffset + i * width + h * headWidth;
        float mean = 0;
        for (int j = 0; j <= i; j++) {
          dShares[j] = kernels.dot(dOut, from, qkv, value + j * row, headWidth);
          mean += dShares[j] * shares[share + j];
          kernels.axpy(shares[share + j], dOut, from, dQkv, value + j * row, headWidth);
        }
        for (int j = 0; j <= i; j++) {
          float dScore = shares[share + j] * (dShares[j] - mean);
          gradients[bias + i - j] += dScore;
          kernels.axpy(dScore * scale, qkv, key + j * row, dQkv, query + i * row, headWidth);
          kernels.axpy(dScore * scale, qkv, query + i * row, dQkv, key + j * row, headWidth);
        }
        share += i + 1;
      }
    }
  }
}
