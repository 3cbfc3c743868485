package dev.dolmen.model.layer;

import dev.dolmen.model.kernel.KernelScratch;
import dev.dolmen.model.kernel.Kernels;
import java.util.Arrays;

/**
 * {@link CausalAttention} of a session's last position alone, without keys and values of the
 * others. With x for what they would be projected from, q · (x Wk + bk) = x · (Wk qᵀ) + q · bk, of
 * which the last term is the same for all positions and has no part in the softmax; and the shares
 * sum to 1, so that Σ s (x Wv + bv) = (Σ s x) Wv + bv. That takes 4 D² multiplications and 2 D for
 * each position and head instead of 2 D² for each position.
 */
public final class LastAttention {
  private final Kernels kernels;
  private final int width;
  private final int heads;
  private final int headWidth;
  private final Linear qkv;
  private final CausalAttention attention;

  public LastAttention(
      Kernels kernels, int width, int heads, Linear qkv, CausalAttention attention) {
    this.kernels = kernels;
    this.width = width;
    this.heads = heads;
    this.qkv = qkv;
    this.attention = attention;
    headWidth = width / heads;
  }

  /** Wk transposed, [D, D]: for each number of a head's queries what it weighs each of x with. */
  public float[] keys(float[] parameters) {
    float[] keys = new float[width * width];
    for (int i = 0; i < width; i++) {
      for (int j = 0; j < width; j++) {
        keys[j * width + i] = parameters[qkv.weightOffset() + i * 3 * width + width + j];
      }
    }
    return keys;
  }

  /**
   * Forward of one session.
   *
   * @param keys what {@link #keys} gave
   * @param x what queries, keys and values are projected from, [length, D] from {@code xOffset}
   * @param out overwritten, [D] from {@code outOffset}
   */
  public void forward(
      float[] parameters,
      float[] keys,
      float[] x,
      int xOffset,
      int length,
      float[] out,
      int outOffset,
      KernelScratch scratch) {
    // Query, [D]; what it weighs x with, [H, D]; shares, [H, length]; means of x, [H, D]; biases.
    int seen = width;
    int shares = seen + heads * width;
    int means = shares + heads * length;
    int bias = means + heads * width;
    float[] f = scratch.floats(bias + length);
    int weight = qkv.weightOffset();
    int offsets = qkv.biasOffset();
    int row = 3 * width;
    System.arraycopy(parameters, offsets, f, 0, width);
    int last = xOffset + (length - 1) * width;
    kernels.matmul(1, width, width, x, last, width, parameters, weight, row, f, 0, width, scratch);
    Arrays.fill(f, seen, bias, 0);
    for (int h = 0; h < heads; h++) {
      int from = h * headWidth;
      int to = seen + h * width;
      kernels.matmul(
          1, width, headWidth, f, from, width, keys, from * width, width, f, to, width, scratch);
    }
    kernels.matmulTransposedB(
        heads, length, width, f, seen, width, x, xOffset, width, f, shares, length, scratch);
    for (int h = 0; h < heads; h++) {
      attention.copyBias(parameters, h, length, f, bias);
      kernels.biasedSoftmax(f, shares + h * length, length, attention.scale(), f, bias);
    }
    kernels.matmul(
        heads, width, length, f, shares, length, x, xOffset, width, f, means, width, scratch);
    System.arraycopy(parameters, offsets + 2 * width, out, outOffset, width);
    for (int h = 0; h < heads; h++) {
      int from = means + h * width;
      int column = weight + 2 * width + h * headWidth;
      int to = outOffset + h * headWidth;
      kernels.matmul(
          1, headWidth, width, f, from, width, parameters, column, row, out, to, width, scratch);
    }
  }
}
