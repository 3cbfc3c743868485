package dev.dolmen.trainer.session;

/**
 * How the steps of a session become the tokens that the model reads: the last L steps whose items
 * are known, oldest first. A token is its step's item, type and context, and the bucket of the time
 * since the token before it, {@link TimeGaps}; a step that is passed over leaves no trace.
 * Training, serving, impressions and studies all read sessions by this. Immutable; any thread.
 */
public final class TokenWindow {
  private final int tokensMax;

  /** Where the tokens go. */
  public interface Receiver {
    /** Whether a step about this item can be a token. */
    boolean knows(int item);

    /**
     * Takes a token.
     *
     * @param steps of the session
     * @param step which of them
     * @param gap bucket of the time since the token before it
     * @return false if its item has gone since it was known: the step is passed over then
     */
    boolean add(SessionSteps steps, int step, int gap);
  }

  /**
   * @param tokensMax L, tokens at most
   */
  public TokenWindow(int tokensMax) {
    this.tokensMax = tokensMax;
  }

  /**
   * Makes tokens of a session's steps, the last one included.
   *
   * @return how many
   */
  public int read(SessionSteps steps, Receiver receiver) {
    return read(steps, steps.length(), receiver);
  }

  /**
   * Makes tokens of a session's first steps.
   *
   * @param to steps that are looked at
   * @return how many
   */
  public int read(SessionSteps steps, int to, Receiver receiver) {
    int from = to;
    int known = 0;
    while (from > 0 && known < tokensMax) {
      from--;
      known += receiver.knows(steps.item(from)) ? 1 : 0;
    }
    int tokens = 0;
    long beforeMs = 0;
    // Items may become known meanwhile: never more than the receiver was asked to have room for.
    for (int step = from; step < to && tokens < tokensMax; step++) {
      long timeMs = steps.timeMs(step);
      int gap = tokens == 0 ? 0 : TimeGaps.bucketOf(timeMs - beforeMs);
      if (receiver.add(steps, step, gap)) {
        tokens++;
        beforeMs = timeMs;
      }
    }
    return tokens;
  }
}
