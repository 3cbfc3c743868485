package dev.dolmen.trainer.baseline;

import dev.dolmen.trainer.session.SessionSlots;
import dev.dolmen.trainer.state.Bounds;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/**
 * Items that were clicked in one session with those of this session, over its whole prefix:
 * item-KNN and association rules of Ludewig and Jannach, "Evaluation of Session-based
 * Recommendation Algorithms", UMUAI 2018, the sections on baselines and on nearest neighbours (AR
 * counts pairs of a session; SR, the sequential rules, weighs them by 1 / distance), made symmetric
 * in part, with a memory that fades, and with the popularity of both items divided out in part,
 * which at alpha = beta = 0.5 is the cosine of item-KNN.
 *
 * <p>A click on j after i, d clicks later, adds 1 / d^p to C(i, j) and backward / d^p to C(j, i);
 * of an item that the session clicked several times, the nearest click counts. An item that is
 * clicked again is its own neighbour. The score of j is the sum over the prefix's distinct items i,
 * the latest click of each being d-th from the end:
 *
 * <p>1 / d^q * C(i, j) / (sum of C(i, .) + smoothing)^beta / clicks(j)^alpha
 *
 * <p>up to a factor that all items share where weights fade.
 */
public final class CoOccurrenceRecommender implements ServedRecommender {
  private final CoOccurrenceOptions options;
  private final ForwardDecay decay;
  private final FadingCounts clicks;
  private final FadingCounts totals;
  private final FadingNeighbors neighbors;
  private final SessionSlots slots;
  private int[][] lastItems = new int[0][];
  private int[] lastSizes = new int[0];
  private final float[] learnWeights;
  private final float[] scoreWeights;

  /** clicks^-alpha of each item as of its last click, and in which epoch that was. */
  private float[] targetFactors = new float[0];

  private int[] targetEpochs = new int[0];

  public CoOccurrenceRecommender(CoOccurrenceOptions options) {
    this.options = options;
    decay = new ForwardDecay(options.halfLife());
    clicks = new FadingCounts(decay);
    totals = new FadingCounts(decay);
    neighbors = new FadingNeighbors(decay, options.neighbors());
    slots = new SessionSlots(options.maxSessions());
    learnWeights = byDistance(options.reach(), options.learnDistance());
    scoreWeights = byDistance(options.reach(), options.scoreDistance());
  }

  /** 1 / d^exponent at [d - 1]. */
  private static float[] byDistance(int reach, double exponent) {
    float[] weights = new float[reach];
    for (int d = 1; d <= reach; d++) {
      weights[d - 1] = (float) StrictMath.pow(d, -exponent);
    }
    return weights;
  }

  @Override
  public String name() {
    return "co-occurrence";
  }

  @Override
  public void learn(Click click) {
    int item = click.item();
    Bounds.check("item", item, 0, options.maxItems() - 1L);
    decay.next(click.timeSec());
    int slot = slots.find(click.session());
    if (slot < 0) {
      slot = open(click.session());
    }
    int[] before = lastItems[slot];
    int size = lastSizes[slot];
    for (int i = size - 1; i >= 0; i--) {
      if (!comesAgain(before, i, size)) {
        learnPair(before[i], item, learnWeights[size - 1 - i]);
      }
    }
    append(slot, item);
    clicks.add(item, 1);
    keepTargetFactor(item);
  }

  private void learnPair(int earlier, int later, float weight) {
    neighbors.add(earlier, later, weight);
    totals.add(earlier, weight);
    float back = weight * (float) options.backward();
    if (back > 0 && earlier != later) {
      neighbors.add(later, earlier, back);
      totals.add(later, back);
    }
  }

  private static boolean comesAgain(int[] items, int at, int size) {
    for (int i = at + 1; i < size; i++) {
      if (items[i] == items[at]) {
        return true;
      }
    }
    return false;
  }

  private int open(long session) {
    int slot = slots.open(session);
    if (slot >= lastItems.length) {
      int length = Math.min(options.maxSessions(), Math.max(16, 2 * slot));
      lastItems = Arrays.copyOf(lastItems, length);
      lastSizes = Arrays.copyOf(lastSizes, length);
    }
    lastItems[slot] = new int[Math.min(4, options.reach())];
    lastSizes[slot] = 0;
    return slot;
  }

  private void append(int slot, int item) {
    int size = lastSizes[slot];
    if (size == options.reach()) {
      System.arraycopy(lastItems[slot], 1, lastItems[slot], 0, --size);
    } else if (size == lastItems[slot].length) {
      lastItems[slot] = Arrays.copyOf(lastItems[slot], Math.min(options.reach(), 2 * size));
    }
    lastItems[slot][size] = item;
    lastSizes[slot] = size + 1;
  }

  private void keepTargetFactor(int item) {
    if (options.targetExponent() == 0) {
      return;
    }
    if (item >= targetFactors.length) {
      int length = Math.max(item + 1, targetFactors.length + (targetFactors.length >> 1));
      targetFactors = Arrays.copyOf(targetFactors, length);
      targetEpochs = Arrays.copyOf(targetEpochs, length);
    }
    targetFactors[item] = (float) StrictMath.pow(clicks.stored(item), -options.targetExponent());
    targetEpochs[item] = decay.epoch();
  }

  /** clicks(item)^-alpha, in units of the present epoch. */
  private float targetFactor(int item) {
    if (options.targetExponent() == 0) {
      return 1;
    }
    if (targetEpochs[item] != decay.epoch()) {
      // Not kept: others may be asking at the same time.
      float count = Math.max(clicks.stored(item), Float.MIN_NORMAL);
      return (float) StrictMath.pow(count, -options.targetExponent());
    }
    return targetFactors[item];
  }

  /** Whether the item was clicked, and not so long ago that nothing is left of it. */
  boolean hasLearned(int item) {
    return clicks.stored(item) > 0;
  }

  @Override
  public void score(SessionPrefix prefix, long nowSec, ItemScores scores) {
    double worth = decay.worth(nowSec);
    int from = Math.max(0, prefix.size() - options.reach());
    for (int place = prefix.size() - 1; place >= from; place--) {
      int item = prefix.item(place);
      if (neighbors.size(item) > 0 && !prefix.comesAgain(place)) {
        float weight = scoreWeights[prefix.size() - 1 - place];
        addNeighbors(item, (float) (weight * sourceFactor(item, worth)), scores);
      }
    }
  }

  /** From stored weights of an item to what they are worth, its own popularity divided out. */
  private double sourceFactor(int item, double worth) {
    double total = totals.stored(item) * worth + options.smoothing();
    double divisor =
        options.sourceExponent() == 0 ? 1 : StrictMath.pow(total, options.sourceExponent());
    return neighbors.epochFactor(item) * worth / Math.max(divisor, Float.MIN_NORMAL);
  }

  private void addNeighbors(int item, float factor, ItemScores scores) {
    for (int i = neighbors.size(item) - 1; i >= 0; i--) {
      int other = neighbors.item(item, i);
      float score = factor * neighbors.weight(item, i) * targetFactor(other);
      if (score > 0) {
        scores.add(other, score);
      }
    }
  }

  /** This itself: to ask changes nothing. */
  @Override
  public ItemScorer scorer() {
    return this::score;
  }

  @Override
  public SequencedMap<String, ItemScorer> parts() {
    return new LinkedHashMap<>(Map.of("co_occurrence", scorer()));
  }

  @Override
  public void renumber(int[] numbers) {
    int targets = Math.min(targetFactors.length, numbers.length);
    for (int item = 0; item < targets; item++) {
      if (numbers[item] >= 0) {
        targetFactors[numbers[item]] = targetFactors[item];
        targetEpochs[numbers[item]] = targetEpochs[item];
      }
    }
    for (int slot = 0; slot < slots.size(); slot++) {
      lastSizes[slot] = Renumbering.list(lastItems[slot], lastSizes[slot], numbers);
    }
    clicks.renumber(numbers);
    totals.renumber(numbers);
    neighbors.renumber(numbers);
  }

  @Override
  public long memoryBytes() {
    long sessionBytes = slots.size() * (40L + 4L * Math.min(8, options.reach()));
    return clicks.memoryBytes()
        + totals.memoryBytes()
        + neighbors.memoryBytes()
        + 8L * targetFactors.length
        + sessionBytes;
  }
}
