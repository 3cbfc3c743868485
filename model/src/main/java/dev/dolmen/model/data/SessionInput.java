package dev.dolmen.model.data;

import java.util.Arrays;

/**
 * One session to encode, or several one after the other: 1 to L tokens each, oldest first. Reused
 * from request to request. Owned by one thread.
 */
public final class SessionInput {
  /** Contexts of the session's tokens. */
  public final FeatureBlock contexts;

  /** Rows that {@link #contexts} refers to; gradients are not needed. */
  public final GatheredRows contextRows;

  /** Tokens in use, of all sessions. */
  public int tokens;

  /** Sessions. */
  public int sessions = 1;

  /** First token per session and the end of the last, [sessions + 1]. */
  public int[] sessionStart = new int[2];

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

  /** Makes room for so many tokens of width D, of no session yet; keeps what is there. */
  public void begin(int tokens, int width) {
    sessions = 0;
    makeRoom(tokens, width);
  }

  /**
   * Ends a session that begins where the one before ends.
   *
   * @param end its last token, exclusive
   */
  public void endSession(int end) {
    sessions++;
    if (sessionStart.length <= sessions) {
      sessionStart = Arrays.copyOf(sessionStart, 2 * sessions);
    }
    sessionStart[sessions] = end;
  }

  /** Makes room for one session of so many tokens of width D; keeps what is there. */
  public void resize(int tokens, int width) {
    resize(1, tokens, width);
  }

  /** Makes room for sessions of the same number of tokens, of width D; keeps what is there. */
  public void resize(int sessions, int length, int width) {
    if (sessionStart.length <= sessions) {
      sessionStart = new int[sessions + 1];
    }
    this.sessions = sessions;
    for (int s = 0; s <= sessions; s++) {
      sessionStart[s] = s * length;
    }
    makeRoom(sessions * length, width);
  }

  private void makeRoom(int tokens, int width) {
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
