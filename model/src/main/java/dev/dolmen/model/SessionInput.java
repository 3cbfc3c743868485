package dev.dolmen.model;

import java.util.Arrays;

/**
 * One session to encode, reused from request to request: 1 to L tokens, oldest first. Owned by one
 * thread.
 */
public final class SessionInput {
  /** Contexts of the session's tokens. */
  public final FeatureBlock contexts;

  /** Rows that {@link #contexts} refers to; gradients are not needed. */
  public final GatheredRows contextRows;

  /** Tokens in use. */
  public int tokens;

  /** Item vectors, row-major [tokens, D]. */
  public float[] itemVectors = new float[0];

  /** Event type per token, [tokens]. */
  public int[] type = new int[0];

  /** Bucket of the time since the event before, per token, [tokens]. */
  public int[] gap = new int[0];

  /** Record in {@link #contexts} per token, or -1, [tokens]. */
  public int[] context = new int[0];

  public SessionInput(FeatureBlock contexts, GatheredRows contextRows) {
    this.contexts = contexts;
    this.contextRows = contextRows;
  }

  /** Makes room for so many tokens of width D and sets {@link #tokens}; keeps what is there. */
  public void resize(int tokens, int width) {
    if (type.length < tokens) {
      int room = Math.max(tokens, 2 * type.length);
      type = Arrays.copyOf(type, room);
      gap = Arrays.copyOf(gap, room);
      context = Arrays.copyOf(context, room);
    }
    if (itemVectors.length < tokens * width) {
      itemVectors = Arrays.copyOf(itemVectors, Math.max(tokens * width, 2 * itemVectors.length));
    }
    this.tokens = tokens;
  }
}
