package dev.dolmen.trainer.validation;

/**
 * How many predictions are scored before they are learned, so that scoring takes at most a share of
 * the trainer's time, whatever the size of the catalog and the speed of the machine.
 *
 * <p>The time that a batch takes gives credit, scoring spends it, and what one prediction took
 * recently says how many the credit is enough for. Credit is bounded, so that a long quiet time is
 * not made up for at once, and spent on many predictions of a batch or on none: what has to be
 * computed for scoring alone is then left out for most batches. All of it depends on measured time:
 * nothing that is learned may depend on it, and no state that a replay has to come to again. Owned
 * by the training thread.
 */
public final class ScoringBudget {
  /** Predictions that are scored while nothing is known of what one takes. */
  private static final int FIRST = 16;

  /** Predictions that are scored together, as far as a batch has so many. */
  private static final int TOGETHER = 64;

  /** Weight of the newest batch in what a prediction takes. */
  private static final double NEWEST = 0.1;

  /** Credit at most, as trainer's time in which it was earned: a second. */
  private static final double EARNED_NANOS_MAX = 1e9;

  private final double share;
  private double credit;
  private double nanosEach;

  /**
   * Nothing has been measured yet.
   *
   * @param share of the trainer's time that scoring may take, 0 to 1; at 1 there is no bound
   */
  public ScoringBudget(double share) {
    this.share = share;
  }

  /** Scores all, whatever time it takes. */
  public static ScoringBudget unbounded() {
    return new ScoringBudget(1);
  }

  /** The chance with which each of so many predictions may be scored now, 0 to 1. */
  double chance(int predictions) {
    if (share >= 1 || predictions == 0) {
      return 1;
    }
    if (share <= 0) {
      return 0;
    }
    if (nanosEach == 0) {
      return Math.clamp((double) FIRST / predictions, 0, 1);
    }
    double room = credit / nanosEach;
    // Of more than half of what there can be room for there might never be enough.
    double most = share * EARNED_NANOS_MAX / nanosEach;
    double together = Math.min(Math.min(TOGETHER, predictions), most / 2);
    return room < together ? 0 : Math.clamp(room / predictions, 0, 1);
  }

  /** So many predictions were scored in this time. */
  public void scored(int predictions, long nanos) {
    if (predictions > 0) {
      double each = Math.max(1, (double) nanos / predictions);
      nanosEach = nanosEach == 0 ? each : nanosEach + NEWEST * (each - nanosEach);
    }
    credit -= Math.max(0, nanos);
  }

  /** The trainer has worked for so long, scoring included. */
  public void worked(long nanos) {
    credit = Math.min(share * EARNED_NANOS_MAX, credit + share * Math.max(0, nanos));
  }
}
