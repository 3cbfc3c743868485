package dev.dolmen.trainer.baseline;

/**
 * The clock of weights that fade: instead of shrinking what is old, what is new weighs more
 * (Cormode et al., "Forward Decay: A Practical Time Decay Model for Streaming Systems", ICDE 2009,
 * section 3). A weight is stored times 2^(half-lives since the landmark), so that adding to a sum
 * touches nothing else, and sums of one moment compare as they stand. Every {@value #SHIFT}
 * half-lives the landmark moves on, and a sum is brought to the new one when it is next looked at:
 * numbers stay far from what a float can hold.
 *
 * <p>A time that runs backwards is older and weighs less; one far ahead makes everything before it
 * old, so whoever takes clicks from outside must bound their times first.
 */
public final class ForwardDecay {
  /** Half-lives between two landmarks. */
  static final int SHIFT = 32;

  /** So many landmarks ago a float is 0. */
  private static final int NOTHING_LEFT = -8;

  private final HalfLife halfLife;
  private long clicks;
  private long originSec;
  private long newestSec;
  private int epoch;
  private float growth = 1;

  public ForwardDecay(HalfLife halfLife) {
    this.halfLife = halfLife;
  }

  /** Goes on to the next click. */
  public void next(long timeSec) {
    if (clicks++ == 0) {
      originSec = timeSec;
      newestSec = timeSec;
    }
    newestSec = Math.max(newestSec, timeSec);
    double age = halfLives(timeSec);
    int now = (int) Math.min(Integer.MAX_VALUE, Math.floor(age / SHIFT));
    epoch = Math.max(epoch, now);
    growth = (float) power(age - (double) epoch * SHIFT);
  }

  private double halfLives(long timeSec) {
    return switch (halfLife.unit()) {
      case NEVER -> 0;
      case CLICKS -> clicks / halfLife.length();
      case SECONDS -> (timeSec - originSec) / halfLife.length();
    };
  }

  private double power(double exponent) {
    return halfLife.unit() == HalfLife.Unit.NEVER ? 1 : StrictMath.pow(2, exponent);
  }

  /** What a weight of 1 that comes with the last click is stored as. */
  float growth() {
    return growth;
  }

  /** Number of the landmark that stored weights refer to. */
  int epoch() {
    return epoch;
  }

  /** What a weight stored in an earlier epoch is multiplied with to be one of this epoch. */
  float since(int earlier) {
    return earlier == epoch ? 1 : Math.scalb(1f, SHIFT * Math.max(earlier - epoch, NOTHING_LEFT));
  }

  /** What a stored weight of 1 is worth at that time, or at the newest click's if that is later. */
  double worth(long nowSec) {
    return power((double) epoch * SHIFT - halfLives(Math.max(nowSec, newestSec)));
  }
}
