package dev.dolmen.model.data;

/**
 * What a session says of an item beside its vector, as the numbers that the {@link
 * dev.dolmen.model.layer.SignalNetwork} reads: whether and how the session has seen it, how
 * strongly it was visited together with the session's items, whether sessions like this one visited
 * it, how often it is visited at all, how like the session's items its metadata are. Brought to a
 * scale of about one by fixed constants.
 */
public final class SignalFeatures {
  /** Those of what the session has seen and of visits, the first ones. */
  public static final int OF_VISITS = 13;

  /** Those of what metadata say, which follow. */
  public static final int OF_LIKENESS = 5;

  /** Behind these: 1 where the session has seen the item or visits lead to it, 0 elsewhere. */
  public static final int VISITED = OF_VISITS + OF_LIKENESS;

  /** How many there are. */
  public static final int COUNT = VISITED + 1;

  private static final float SMALLEST = 0x1p-14f;

  private SignalFeatures() {}

  /**
   * Writes the features of one item.
   *
   * @param distance events from the session's end back to the item, 1 for its last; 0 if the
   *     session has not seen it
   * @param occurrences events of the session about it
   * @param longTerm strength with which it was visited together with the session's items over a
   *     long time, 0 or more
   * @param recent the same of late
   * @param neighbors share of the weight of the past sessions most like this one that visited it
   * @param similarity the largest of such a session, 0 if there is none
   * @param visits weight of all visits of the item
   * @param likeness to the session's items, by metadata
   * @param session what all items of the session have in common
   * @param out columns, [{@link #COUNT}, n]
   * @param at the item's place in each, overwritten
   */
  public static void write(
      int distance,
      int occurrences,
      float longTerm,
      float recent,
      float neighbors,
      float similarity,
      float visits,
      Likeness likeness,
      OfSession session,
      float[][] out,
      int at) {
    out[0][at] = distance > 0 ? 1 : 0;
    out[1][at] = Math.min(distance, 10) / 3f;
    out[2][at] = distance == 1 ? 1 : 0;
    out[3][at] = strength(longTerm);
    out[4][at] = strength(recent);
    out[5][at] = Math.min(occurrences, 4) / 2f;
    out[6][at] = Math.min(session.events, 10) / 5f;
    out[7][at] = Math.min(session.repeats, 6) / 3f;
    out[8][at] = (float) session.repeats / Math.max(1, session.events);
    out[9][at] = volume(visits);
    out[10][at] = volume(session.visitsOfLast);
    out[11][at] = strength(neighbors);
    out[12][at] = similarity;
    out[13][at] = likeness.share;
    out[14][at] = likeness.most;
    out[15][at] = likeness.toLast;
    out[16][at] = likeness.mean;
    out[17][at] = likeness.mean / (1 + visits);
    boolean visited = distance > 0 || longTerm > 0 || recent > 0 || neighbors > 0;
    out[VISITED][at] = visited ? 1 : 0;
  }

  /** How like the session's last items an item is by its metadata, as far as it counts; reused. */
  public static final class Likeness {
    /** How much it counts: 1 for an item that nobody has visited, 0 for an established one. */
    public float share;

    /** To the one that it is most like, 0 to 1. */
    public float most;

    /** To the last one. */
    public float toLast;

    /** On the mean, the later ones weighing more. */
    public float mean;

    public Likeness() {}
  }

  /**
   * What the features of all items of a session share.
   *
   * @param events of the session that are read
   * @param repeats those about an item that it had seen before
   * @param visitsOfLast weight of all visits of its last item
   */
  public record OfSession(int events, int repeats, float visitsOfLast) {}

  /** Of 0: -3.5; of 1: 3.5. */
  private static float strength(float strength) {
    return (log2(strength + SMALLEST) + 7) / 2;
  }

  private static float volume(float visits) {
    return log2(visits + 1) / 3 - 1;
  }

  /**
   * The binary logarithm, linear between powers of two: monotonic, right at these, elsewhere at
   * most 0.09 too small, and the same on every machine.
   */
  public static float log2(float x) {
    int exponent = Math.getExponent(x);
    return exponent + Math.scalb(x, -exponent) - 1;
  }
}
