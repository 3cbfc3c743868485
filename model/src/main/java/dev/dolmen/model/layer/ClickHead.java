package dev.dolmen.model.layer;

import dev.dolmen.model.kernel.Kernels;

/**
 * Whether an item that is shown will be clicked: a logit from the session's vector, projected, the
 * item's vector, and the position at which it is shown, as people look at the first ones most.
 */
public final class ClickHead {
  /** Positions that are told apart; the last stands for all beyond. */
  public static final int POSITIONS = 32;

  /** A fresh model's logit for an item that has nothing to do with the session: clicks are rare. */
  private static final float LOGIT_START = -5;

  /** What the product of session and item, up to τ, is worth to a fresh model. */
  private static final float PRODUCT_START = 0.25f;

  /**
   * Multiple of the learning rate for the projection: with every number in it moving by the whole
   * one, a step would change logits by up to 1, on the word of a handful of clicks.
   */
  private static final float PROJECTION_RATE = 0.1f;

  /** The same for start and positions, single numbers that have far to go. */
  private static final float TERM_RATE = 5;

  private final Kernels kernels;
  private final int width;
  private final Linear projection;
  private final int start;
  private final int positions;

  public ClickHead(Kernels kernels, ParameterLayout layout, int width) {
    this.kernels = kernels;
    this.width = width;
    projection = Linear.zeros(kernels, layout, "click", width, width, PROJECTION_RATE);
    start = layout.vector("click/start", 1, LOGIT_START, TERM_RATE);
    positions = layout.vector("click/position", POSITIONS, 0, TERM_RATE);
  }

  /** Completes fresh parameters: the likelier the next item, the likelier a click on it. */
  public void initialize(float[] parameters) {
    for (int i = 0; i < width; i++) {
      parameters[projection.weightOffset() + i * width + i] = PRODUCT_START;
    }
  }

  /** What the session's vector goes through first, D to D. */
  public Linear projection() {
    return projection;
  }

  /**
   * The logit of a click.
   *
   * @param hidden projected session vectors, the session's from {@code hiddenOffset}
   * @param items item vectors, the item's from {@code itemOffset}
   * @param position where the item is shown, from 0
   */
  public float logit(
      float[] parameters,
      float[] hidden,
      int hiddenOffset,
      float[] items,
      int itemOffset,
      int position) {
    return kernels.dot(hidden, hiddenOffset, items, itemOffset, width)
        + parameters[start]
        + parameters[positions + clipped(position)];
  }

  /**
   * Accumulates the gradients of {@link #logit}.
   *
   * @param d gradient of the logit
   * @param dHidden accumulated into, with the offset of {@code hidden}
   * @param dItems accumulated into, with the offset of {@code items}
   */
  public void backward(
      float d,
      float[] gradients,
      float[] hidden,
      float[] dHidden,
      int hiddenOffset,
      float[] items,
      float[] dItems,
      int itemOffset,
      int position) {
    gradients[start] += d;
    gradients[positions + clipped(position)] += d;
    kernels.axpy(d, items, itemOffset, dHidden, hiddenOffset, width);
    kernels.axpy(d, hidden, hiddenOffset, dItems, itemOffset, width);
  }

  /** 1 / (1 + e⁻ˣ). */
  public static float sigmoid(float x) {
    return (float) (1 / (1 + StrictMath.exp(-x)));
  }

  private static int clipped(int position) {
    return Math.min(position, POSITIONS - 1);
  }
}
