package dev.dolmen.model.data;

/**
 * One batch of sessions, packed without padding and reused from batch to batch. The first {@link
 * #candidates} of its items are the softmax's candidates; the others occur only as history.
 */
public final class TrainingBatch {
  /** Distinct items of the batch. */
  public final FeatureBlock items;

  /** Distinct contexts of the batch. */
  public final FeatureBlock contexts;

  /**
   * Items that are learned from as if they had just come: their ids are not read, [I] or longer.
   * Read where {@link #anyAsNew}, in learning alone.
   */
  public boolean[] asNew = new boolean[0];

  /** Whether any of {@link #asNew} is set. */
  public boolean anyAsNew;

  /** B. */
  public int sessions;

  /** First token of each session, [B + 1]; a session has 1 to L tokens. */
  public int[] sessionStart = new int[1];

  /** Record in {@link #items} per token, [T]. */
  public int[] tokenItem = new int[0];

  /** Event type per token, [T]. */
  public int[] tokenType = new int[0];

  /** Bucket of the time since the event before, per token, [T]. */
  public int[] tokenGap = new int[0];

  /** Record in {@link #contexts} per token, or -1, [T]. */
  public int[] tokenContext = new int[0];

  /** P. */
  public int predictions;

  /**
   * Token whose prefix predicts, ascending, [P]; then those before which items were shown,
   * ascending in their turn, up to {@link #queries}.
   */
  public int[] predictionToken = new int[0];

  /** The item that came next: a candidate, [P]. */
  public int[] predictionTarget = new int[0];

  /** Weight of the prediction in the loss, [P]. */
  public float[] predictionWeight = new float[0];

  /** V: items 0 to V - 1 are candidates of every prediction. */
  public int candidates;

  /**
   * Natural logarithm of the expected count of each candidate in the sample, [V]; 0 for a full
   * softmax.
   */
  public float[] candidateLogQ = new float[0];

  /**
   * Natural logarithm of the chance with which each candidate came into the sample, whatever of it
   * {@link #candidateLogQ} corrects, [V]; 0 for a full softmax. Read by category heads alone.
   */
  public float[] candidateLogChance = new float[0];

  /**
   * Popularity prior of each candidate at the time of the batch, an input that is not learned, [V]:
   * the model adds it to the score with one learned weight. Empty for none.
   */
  public float[] candidatePrior = new float[0];

  /** First of each prediction's signals, [P + 1]; not read where {@link #signalItem} is empty. */
  public int[] signalStart = new int[1];

  /**
   * Candidate whose score the signal changes, at most one signal each; {@link #candidates} and
   * above are the prediction's own, in their order.
   */
  public int[] signalItem = new int[0];

  /** {@link SignalFeatures} of the candidates, [{@link SignalFeatures#COUNT}, signals]. */
  public float[][] signalFeatures = new float[SignalFeatures.COUNT][0];

  /**
   * Added to the score beside what the features add: what makes the correction by {@link
   * #candidateLogQ} another one for this prediction.
   */
  public float[] signalOffset = new float[0];

  /**
   * First of each prediction's entries in {@link #certain}, [P + 1]; not read where that is empty.
   */
  public int[] certainStart = new int[1];

  /**
   * Shared candidates that are there for certain, whatever was drawn: {@link #candidateLogQ} is not
   * taken from their scores for this prediction. Each at most once, and none that has a signal,
   * whose {@link #signalOffset} says so.
   */
  public int[] certain = new int[0];

  /**
   * First of each prediction's own candidates, [P + 1]: items that are candidates of this
   * prediction alone, beside the shared ones. Not read where {@link #ownItem} is empty.
   */
  public int[] ownStart = new int[1];

  /** Record in {@link #items} of each own candidate, {@link #candidates} or above. */
  public int[] ownItem = new int[0];

  /** Its popularity prior, like {@link #candidatePrior}. */
  public float[] ownPrior = new float[0];

  /** Session vectors that only {@link #shown} items ask for. */
  public int shownQueries;

  /** Items that were shown and clicked or not, read by a click head alone. */
  public int shown;

  /** Session vector of the moment when it was shown, {@link #predictions} or above, [shown]. */
  public int[] shownQuery = new int[0];

  /** Record in {@link #items}, [shown]. */
  public int[] shownItem = new int[0];

  /** Where it was shown, from 0, [shown]. */
  public int[] shownPosition = new int[0];

  /** Whether it was clicked, [shown]. */
  public boolean[] shownClicked = new boolean[0];

  /** Weight in the loss, [shown]. */
  public float[] shownWeight = new float[0];

  /**
   * Natural logarithm of the share of unclicked items, of those like it, that are learned from;
   * [shown].
   */
  public float[] shownLogRate = new float[0];

  /** Number of the batch: with a seed the source of all randomness in it. */
  public long number;

  /**
   * @param itemColumns columns of an item
   * @param contextColumns columns of a context
   * @param dimensions numbers of the vectors of each item column that has them
   */
  public TrainingBatch(int itemColumns, int contextColumns, int... dimensions) {
    items = new FeatureBlock(itemColumns, dimensions);
    contexts = new FeatureBlock(contextColumns);
  }

  /** Q, session vectors: of predictions, then of shown items. */
  public int queries() {
    return predictions + shownQueries;
  }

  /** T. */
  public int tokens() {
    return sessionStart[sessions];
  }

  /**
   * Items up to the last one that a session or a shown item names, for as many are read by them.
   */
  public int namedItems() {
    int last = -1;
    for (int t = 0; t < tokens(); t++) {
      last = Math.max(last, tokenItem[t]);
    }
    for (int n = 0; n < shown; n++) {
      last = Math.max(last, shownItem[n]);
    }
    return last + 1;
  }
}
