package dev.dolmen.trainer.learn;

import dev.dolmen.model.data.SignalFeatures;
import dev.dolmen.model.data.TrainingBatch;
import dev.dolmen.trainer.signals.ClickCounts;
import dev.dolmen.trainer.signals.LargestNumbers;
import dev.dolmen.trainer.signals.SessionSignals;
import java.util.Arrays;

/**
 * What a prediction learns of the items that its session's signals speak of. Hundreds of them
 * compete with the target, and the shared candidates hold a few by chance: learned from those
 * alone, what a signal is worth comes out too high. So a prediction gets some of the others as
 * candidates of its own, half of them the strongest, half drawn from the rest, each of these
 * standing for as many as it was drawn from: the sum over all of them is estimated without bias
 * (importance sampling, as Bengio and Senécal, 2008, do for the whole softmax).
 *
 * <p>Those among the shared candidates are known to be there: nothing is taken from their score for
 * the chance with which they came. Reused; one thread.
 */
final class SignalCandidates {
  /**
   * Own candidates of a prediction at most. Diginetica, static evaluation on the last tenth of the
   * training sessions after those from 0.7 to 0.9, Recall@20 and MRR@20: 52.7% and 19.0% with 12,
   * 52.8% and 19.1% with 24, 52.9% and 19.2% with 64 and with all of them.
   */
  static final int OWN = 24;

  private static final int STRONGEST = OWN / 2;

  private final BatchRecords records;
  private final TrainingBatch batch;
  private final SessionSignals signals;
  private final ClickCounts popularity;
  private final long seed;
  private BatchRandom random;

  /** Priors of the batch's records, as far as they have been asked for; NaN before. */
  private float[] priors = {};

  /** Places of the items that are no shared candidates, below their strengths as bits. */
  private long[] others = new long[256];

  /**
   * @param signals of the prediction that is added
   * @param popularity recent clicks, for the candidates' priors
   */
  SignalCandidates(
      BatchRecords records, SessionSignals signals, ClickCounts popularity, long seed) {
    this.records = records;
    batch = records.batch;
    this.signals = signals;
    this.popularity = popularity;
    this.seed = seed;
    random = new BatchRandom(seed, 0);
  }

  /** Begins a batch, whose number is set. */
  void begin() {
    random = new BatchRandom(~seed, batch.number);
    Arrays.fill(priors, Float.NaN);
  }

  /**
   * Adds a prediction, the next one. Of an item that is learned from as a new one there is what the
   * session itself has seen of it, and how like the session's items it is.
   */
  void add(int prediction) {
    if (batch.signalStart.length <= prediction + 1) {
      batch.signalStart = Arrays.copyOf(batch.signalStart, 2 * prediction + 2);
      batch.ownStart = Arrays.copyOf(batch.ownStart, 2 * prediction + 2);
    }
    int at = batch.signalStart[prediction];
    int n = 0;
    for (int place = 0; place < signals.size(); place++) {
      int item = signals.item(place);
      boolean asNew = records.isAsNew(item);
      if (!signals.speaksOf(place, asNew)) {
        continue;
      }
      int record = records.sharedItem(item);
      if (record >= 0) {
        addSignal(at++, record, place, batch.candidateLogQ[record]);
      } else {
        others = others.length > n ? others : Arrays.copyOf(others, 2 * n);
        others[n++] = (long) Float.floatToRawIntBits(signals.strength(place, asNew)) << 32 | place;
      }
    }
    batch.signalStart[prediction + 1] = addOwn(prediction, n, at);
  }

  /**
   * Adds a prediction, the next one, of a model without signals: what its session has seen is
   * certain to be among the shared candidates here, too.
   *
   * @param seen indexes of items, distinct or not
   * @param size how many
   */
  void addSeen(int prediction, int[] seen, int size) {
    if (batch.certainStart.length <= prediction + 1) {
      batch.certainStart = Arrays.copyOf(batch.certainStart, 2 * prediction + 2);
    }
    int first = batch.certainStart[prediction];
    int end = first;
    if (batch.certain.length < first + size) {
      batch.certain = Arrays.copyOf(batch.certain, 2 * (first + size));
    }
    for (int i = 0; i < size; i++) {
      int record = records.sharedItem(seen[i]);
      int at = first;
      while (at < end && batch.certain[at] != record) {
        at++;
      }
      if (record >= 0 && at == end) {
        batch.certain[end++] = record;
      }
    }
    batch.certainStart[prediction + 1] = end;
  }

  /** Returns the end of the prediction's signals. */
  private int addOwn(int prediction, int n, int signal) {
    int own = Math.min(OWN, n);
    int certain = n <= OWN ? n : STRONGEST;
    if (certain < n) {
      // The strongest stand last then, in an order that depends on the numbers alone.
      var _ = LargestNumbers.kth(others, n, certain);
    }
    float drawn =
        certain < n ? (float) StrictMath.log((double) (n - certain) / (own - certain)) : 0;
    int first = batch.ownStart[prediction];
    reserveOwn(first + own);
    for (int i = 0; i < own; i++) {
      int last = n - 1 - i;
      if (i >= certain) {
        swap(random.nextInt(n - i), last);
      }
      int place = (int) others[last];
      int record = records.item(signals.item(place));
      batch.ownItem[first + i] = record;
      batch.ownPrior[first + i] = batch.asNew[record] ? 0 : prior(record);
      addSignal(signal + i, batch.candidates + i, place, i < certain ? 0 : drawn);
    }
    batch.ownStart[prediction + 1] = first + own;
    return signal + own;
  }

  /** Of a record; an item is a candidate of many predictions, and clicks are as they were. */
  private float prior(int record) {
    if (record >= priors.length) {
      int known = priors.length;
      priors = Arrays.copyOf(priors, 2 * record + 64);
      Arrays.fill(priors, known, priors.length, Float.NaN);
    }
    if (Float.isNaN(priors[record])) {
      priors[record] = popularity.prior(records.itemOf[record]);
    }
    return priors[record];
  }

  private void swap(int a, int b) {
    long other = others[a];
    others[a] = others[b];
    others[b] = other;
  }

  private void addSignal(int at, int candidate, int place, float offset) {
    if (batch.signalItem.length <= at) {
      int room = 2 * at + 64;
      batch.signalItem = Arrays.copyOf(batch.signalItem, room);
      batch.signalOffset = Arrays.copyOf(batch.signalOffset, room);
      for (int f = 0; f < SignalFeatures.COUNT; f++) {
        batch.signalFeatures[f] = Arrays.copyOf(batch.signalFeatures[f], room);
      }
    }
    batch.signalItem[at] = candidate;
    batch.signalOffset[at] = offset;
    signals.features(place, records.isAsNew(signals.item(place)), batch.signalFeatures, at);
  }

  private void reserveOwn(int candidates) {
    if (batch.ownItem.length < candidates) {
      batch.ownItem = Arrays.copyOf(batch.ownItem, 2 * candidates);
      batch.ownPrior = Arrays.copyOf(batch.ownPrior, 2 * candidates);
    }
  }
}
