package dev.dolmen.model.layer;

import dev.dolmen.model.data.SignalFeatures;
import dev.dolmen.model.kernel.Kernels;
import java.util.Arrays;

/**
 * What the signals of an item add to its score: two functions of its {@link SignalFeatures}, each
 * linear with a layer of rectified units beside it, as in the wide part of Cheng et al., "Wide and
 * deep learning for recommender systems" (2016), but with units of its own, as what a repeat is
 * worth depends on the session's length, and what a co-visit is worth on how often both are
 * visited.
 *
 * <p>One reads what visits say, and counts where they say something of the item; the other reads
 * what its metadata say, and is 0 where these do not count any more. With one function for both,
 * what is learned of items by their likeness alone, which are many and of which little is known,
 * moved what co-visits are worth: half a point of MRR@20 on diginetica ({@code
 * docs/measurements/2026-11-28-content.md}).
 *
 * <p>It starts so that nothing is added. Features stand in columns, so that every step is one over
 * all items. Reused by one thread.
 */
public final class SignalNetwork {
  private static final SignalUnits.Shape VISITS =
      new SignalUnits.Shape("signals/visits", 0, SignalFeatures.OF_VISITS, 16, true);
  private static final SignalUnits.Shape LIKENESS =
      new SignalUnits.Shape(
          "signals/likeness", SignalFeatures.OF_VISITS, SignalFeatures.OF_LIKENESS, 8, false);

  /** Items whose features stay in the first cache while all units read them. */
  private static final int BLOCK = 256;

  /** Of the learning rate: a few numbers that every prediction moves. */
  private static final float RATE = 5;

  /** Floats of all parameters. */
  public static final int PARAMETERS = VISITS.parameters() + LIKENESS.parameters();

  /** Features that the one function read that was here before. */
  private static final int FEATURES_BEFORE = SignalFeatures.VISITED;

  /** How many parameters more that had. */
  public static final int MORE_BEFORE =
      new SignalUnits.Shape("", 0, FEATURES_BEFORE, VISITS.hidden(), true).parameters()
          - PARAMETERS;

  private final SignalUnits visits;
  private final SignalUnits likeness;
  private float[] dVisits = new float[0];

  public SignalNetwork(Kernels kernels) {
    visits = new SignalUnits(kernels, VISITS, 0);
    likeness = new SignalUnits(kernels, LIKENESS, VISITS.parameters());
  }

  /** Adds the parameters to the layout; returns the offset of the first. */
  public static int add(ParameterLayout layout) {
    int first = VISITS.add(layout, RATE);
    LIKENESS.add(layout, RATE);
    return first;
  }

  /**
   * Takes parameters, or what the optimizer knows of them, of the time when one function read all
   * features: what that says by the features of visits. What likeness is worth is left as it is, to
   * be learned again.
   *
   * @param before all parameters of then
   * @param first offset of those of the network, then and now
   * @param out all parameters, overwritten but for those of likeness
   */
  public static void takeBefore(float[] before, int first, float[] out) {
    int units = VISITS.features() * VISITS.hidden();
    System.arraycopy(before, 0, out, 0, first + units);
    int from = first + FEATURES_BEFORE * VISITS.hidden();
    System.arraycopy(before, from, out, first + units, VISITS.parameters() - units);
    int behind = first + PARAMETERS;
    System.arraycopy(before, behind + MORE_BEFORE, out, behind, out.length - behind);
  }

  /**
   * What is added to the scores of several items.
   *
   * @param first offset of the parameters
   * @param features [F, n], each column may be longer
   * @param out overwritten, [n]
   */
  public void forward(float[] parameters, int first, float[][] features, int n, float[] out) {
    visits.reserve(n);
    likeness.reserve(n);
    Arrays.fill(out, 0, n, 0);
    for (int from = 0; from < n; from += BLOCK) {
      int items = Math.min(BLOCK, n - from);
      addVisits(parameters, first, features, from, items, out);
      likeness.forward(parameters, first, features, from, items, out);
    }
  }

  /**
   * The part of {@link #forward} that reads what visits say.
   *
   * @param out overwritten, [n]
   */
  public void ofVisits(float[] parameters, int first, float[][] features, int n, float[] out) {
    visits.reserve(n);
    Arrays.fill(out, 0, n, 0);
    for (int from = 0; from < n; from += BLOCK) {
      addVisits(parameters, first, features, from, Math.min(BLOCK, n - from), out);
    }
  }

  /**
   * The part of {@link #forward} that reads what metadata say.
   *
   * @param out overwritten, [n]
   */
  public void ofLikeness(float[] parameters, int first, float[][] features, int n, float[] out) {
    likeness.reserve(n);
    Arrays.fill(out, 0, n, 0);
    likeness.forward(parameters, first, features, 0, n, out);
  }

  private void addVisits(
      float[] parameters, int first, float[][] features, int from, int n, float[] out) {
    visits.forward(parameters, first, features, from, n, out);
    for (int i = from; i < from + n; i++) {
      out[i] *= features[SignalFeatures.VISITED][i];
    }
  }

  /**
   * Accumulates the parameters' gradients, after {@link #forward} of the same features.
   *
   * @param d gradients of what was added, [n]
   */
  public void backward(
      float[] parameters, float[] gradients, int first, float[][] features, int n, float[] d) {
    dVisits = Floats.zeros(dVisits, n);
    for (int i = 0; i < n; i++) {
      dVisits[i] = d[i] * features[SignalFeatures.VISITED][i];
    }
    visits.backward(parameters, gradients, first, features, n, dVisits);
    likeness.backward(parameters, gradients, first, features, n, d);
  }
}
