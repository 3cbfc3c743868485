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

    /** From 0, without gaps. */
    int number() {
      return number;
    }

    int bit() {
      return 1 << number;
    }

    boolean isIn(int set) {
      return (set & bit()) != 0;
    }
  }

  private static final Signal[] SIGNALS = Signal.values();

  /** Signals that share a function. */
  private static final int SHARED = Signal.LIKENESS.number;

  private static final int SETS = 1 << SHARED;

  /** s! (3 - s)! / 4!: how many of the orders begin with a set of s others, then a signal. */
  private static final double[] WEIGHTS = {1 / 4.0, 1 / 12.0, 1 / 12.0, 1 / 4.0};

  private final SignalNetwork network = new SignalNetwork(Kernels.best());
  private final SignalSources sources = new SignalSources();
  private int[] places = new int[1];

  /** Columns of all sets of one item after those of another, [{@link #SETS} items]. */
  private final float[][] features = new float[SignalFeatures.COUNT][SETS];

  private float[] byVisits = new float[SETS];

  /** Columns of the items themselves: what metadata say is the same in each set. */
  private final float[][] wholes = new float[SignalFeatures.COUNT][1];

  private float[] byLikeness = new float[1];

  /** Row-major [items, signals]. */
  private double[] values = new double[SHARED + 1];

  private int[] distances = new int[SHARED + 1];

  public SignalParts() {}

  /**
   * Tells the signals of some items apart, all of them in one pass through the network.
   *
   * @param signals that have read the session
   * @param items of the session, as they were read, the oldest first
   * @param to end of the session, exclusive
   * @param asked the items: indexes in the catalogue, or negative for one that signals do not know
   * @param count how many there are
   * @param learned the model's network, [{@link SignalNetwork#PARAMETERS}]
   */
  public void of(
      SessionSignals signals, int[] items, int to, int[] asked, int count, float[] learned) {
    reserve(count);
    int rows = 0;
    for (int i = 0; i < count; i++) {
      places[i] = asked[i] < 0 ? -1 : signals.placeOf(asked[i]);
      if (places[i] >= 0 && signals.speaksOf(places[i], false)) {
        for (int set = 0; set < SETS; set++) {
          signals.featuresOfSome(places[i], set, features, rows * SETS + set);
        }
        signals.featuresOfSome(places[i], 0, wholes, rows++);
      } else {
        places[i] = -1;
      }
    }
    if (rows == 0) {
      return;
    }
    network.ofVisits(learned, 0, features, rows * SETS, byVisits);
    network.ofLikeness(learned, 0, wholes, rows, byLikeness);
    sources.of(signals, items, to, asked, count);
    for (int i = 0, row = 0; i < count; i++) {
      if (places[i] >= 0) {
        write(i, row++, asked[i]);
      }
    }
  }

  private void reserve(int count) {
    if (places.length < count) {
      places = new int[count];
      for (int f = 0; f < SignalFeatures.COUNT; f++) {
        features[f] = new float[count * SETS];
        wholes[f] = new float[count];
      }
      byVisits = new float[count * SETS];
      byLikeness = new float[count];
      values = new double[count * (SHARED + 1)];
      distances = new int[count * (SHARED + 1)];
    }
    Arrays.fill(values, 0, count * (SHARED + 1), 0);
    Arrays.fill(distances, 0, count * (SHARED + 1), 0);
  }

  private void write(int asked, int row, int item) {
    int first = asked * (SHARED + 1);
    for (int signal = 0; signal < SHARED; signal++) {
      values[first + signal] = shapley(signal, row * SETS);
    }
    values[first + SHARED] = byLikeness[row];
    for (Signal signal : SIGNALS) {
      boolean none = signal == Signal.SIMILAR_VISITS && values[first + signal.number] == 0;
      distances[first + signal.number] = none ? 0 : sources.distance(item, signal);
    }
  }

  private double shapley(int signal, int from) {
    int bit = 1 << signal;
    double value = 0;
    for (int set = 0; set < SETS; set++) {
      if ((set & bit) == 0) {
        value +=
            WEIGHTS[Integer.bitCount(set)]
                * ((double) byVisits[from + (set | bit)] - byVisits[from + set]);
      }
    }
    return value;
  }

  /**
   * What a signal adds to the score of an item.
   *
   * @param asked its place among those asked about
   */
  public double value(int asked, Signal signal) {
    return values[asked * (SHARED + 1) + signal.number];
  }

  /**
   * The event that a signal of an item comes from most, counted from the session's end, 1 for its
   * last; 0 if there is none.
   *
   * @param asked its place among those asked about
   */
  public int distance(int asked, Signal signal) {
    return distances[asked * (SHARED + 1) + signal.number];
  }
}
