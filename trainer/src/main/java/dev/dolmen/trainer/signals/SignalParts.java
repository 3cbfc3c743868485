package dev.dolmen.trainer.signals;

import dev.dolmen.model.data.SignalFeatures;
import dev.dolmen.model.kernel.Kernels;
import dev.dolmen.model.layer.SignalNetwork;
import java.util.Arrays;

/**
 * What each of a session's signals adds to an item's score, and from which of the session's events.
 *
 * <p>The network reads what visits say as a whole, so what they add is divided among them by their
 * Shapley values (Lundberg and Lee, "A unified approach to interpreting model predictions", 2017):
 * the mean, over all orders in which the signals could become known, of what each then changes.
 * There are four of them, so all 16 sets are computed. What metadata say has a function of its own.
 * Reused by one thread.
 */
public final class SignalParts {
  /** A signal. */
  public enum Signal {
    /** That the session has seen the item: how long ago, how often. */
    SEEN(0, "seen"),
    /** Visits of it together with the session's last items, over a long time. */
    TOGETHER(1, "visited_together"),
    /** The same, recently. */
    TOGETHER_RECENTLY(2, "visited_together_recently"),
    /** The past sessions most like this one visited it. */
    SIMILAR_VISITS(3, "similar_visits"),
    /** Its metadata are like those of the session's items. */
    LIKENESS(4, "likeness");

    private final int number;
    private final String label;

    Signal(int number, String label) {
      this.number = number;
      this.label = label;
    }

    /** How an answer calls it. */
    public String label() {
      return label;
    }

    int bit() {
      return 1 << number;
    }

    boolean isIn(int set) {
      return (set & bit()) != 0;
    }
  }

  /** Signals that share a function. */
  private static final int SHARED = Signal.LIKENESS.number;

  private static final int SETS = 1 << SHARED;

  /** s! (3 - s)! / 4!: how many of the orders begin with a set of s others, then a signal. */
  private static final double[] WEIGHTS = {1 / 4.0, 1 / 12.0, 1 / 12.0, 1 / 4.0};

  private final SignalNetwork network = new SignalNetwork(Kernels.best());
  private final float[][] features = new float[SignalFeatures.COUNT][SETS];
  private final float[] added = new float[SETS];
  private final double[] values = new double[SHARED + 1];
  private final int[] distances = new int[SHARED + 1];

  public SignalParts() {}

  /**
   * Tells the signals of an item apart.
   *
   * @param signals that have read the session
   * @param items of the session, as they were read, the oldest first
   * @param to end of the session, exclusive
   * @param item index in the catalogue
   * @param learned the model's network, [{@link SignalNetwork#PARAMETERS}]
   */
  public void of(SessionSignals signals, int[] items, int to, int item, float[] learned) {
    Arrays.fill(values, 0);
    Arrays.fill(distances, 0);
    int place = signals.placeOf(item);
    if (place < 0 || !signals.speaksOf(place, false)) {
      return;
    }
    for (int set = 0; set < SETS; set++) {
      signals.featuresOfSome(place, set, features, set);
    }
    network.ofVisits(learned, 0, features, SETS, added);
    for (int signal = 0; signal < SHARED; signal++) {
      values[signal] = shapley(signal);
    }
    // The same in each set; kernels are slow on less than a vector.
    network.ofLikeness(learned, 0, features, SETS, added);
    values[SHARED] = added[0];
    findSources(signals, items, to, item, place);
  }

  private double shapley(int signal) {
    int bit = 1 << signal;
    double value = 0;
    for (int set = 0; set < SETS; set++) {
      if ((set & bit) == 0) {
        value += WEIGHTS[Integer.bitCount(set)] * ((double) added[set | bit] - added[set]);
      }
    }
    return value;
  }

  private void findSources(SessionSignals signals, int[] items, int to, int item, int place) {
    distances[Signal.SEEN.number] = signals.distance(place);
    if (values[Signal.SIMILAR_VISITS.number] != 0) {
      distances[Signal.SIMILAR_VISITS.number] = signals.nearestInCommon(item);
    }
    float together = 0;
    float recently = 0;
    float like = 0;
    int distinct = 0;
    for (int t = to - 1; t >= 0 && distinct < SessionSignals.LIKE_REACH; t--) {
      int distance = to - t;
      if (items[t] < 0 || signals.distance(signals.placeOf(items[t])) != distance) {
        continue; // Inline, or it comes again behind.
      }
      if (distinct++ < CoVisits.REACH) {
        float byLong = signals.togetherness(items[t], distance, item, false);
        together = source(Signal.TOGETHER, distance, byLong, together);
        float byRecent = signals.togetherness(items[t], distance, item, true);
        recently = source(Signal.TOGETHER_RECENTLY, distance, byRecent, recently);
      }
      like = source(Signal.LIKENESS, distance, signals.likeness(items[t], item), like);
    }
  }

  private float source(Signal signal, int distance, float strength, float most) {
    if (strength > most) {
      distances[signal.number] = distance;
      return strength;
    }
    return most;
  }

  /** What a signal adds to the score. */
  public double value(Signal signal) {
    return values[signal.number];
  }

  /**
   * The event that a signal comes from most, counted from the session's end, 1 for its last; 0 if
   * there is none.
   */
  public int distance(Signal signal) {
    return distances[signal.number];
  }
}
