package dev.dolmen.server.ranking;

import dev.dolmen.model.item.ItemVectors;
import dev.dolmen.model.item.ScoreBonuses;
import dev.dolmen.model.item.TargetRanks;
import dev.dolmen.model.kernel.KernelScratch;
import dev.dolmen.model.kernel.Kernels;
import dev.dolmen.server.budget.Caller;
import dev.dolmen.server.index.ItemFilter;
import dev.dolmen.server.index.ItemIndex;
import dev.dolmen.server.index.TopK;
import dev.dolmen.trainer.catalog.CatalogItem;
import dev.dolmen.trainer.learn.LiveState;
import dev.dolmen.v1.SessionContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Ranks of known next items for sessions, and the items ranked first, as {@link Ranker} would rank
 * them with items of the session included: what evaluation asks of a server, many sessions at a
 * time. It stands here because it reads sessions with the same code as requests, which nobody
 * outside of this package sees. One thread.
 */
public final class SessionRanks {
  /** Sessions that share a pass over the items. */
  private static final int TOGETHER = 16;

  /** Items scored at a time: 128 KiB of scores. */
  private static final int BLOCK = 2_048;

  private final LiveState live;
  private final @Nullable BitSet only;
  private final SessionQueries sessions;
  private final int width;
  private final ItemIndex index;
  private final TargetRanks targetRanks = new TargetRanks();
  private final ScoreBonuses bonuses = new ScoreBonuses();
  private final KernelScratch kernelScratch = new KernelScratch();
  private final Kernels kernels = Kernels.best();
  private final TopK[] tops = new TopK[TOGETHER];
  private final double[] logSums = new double[TOGETHER];
  private final float[] scores = new float[TOGETHER * BLOCK];
  private float[] queries = new float[0];
  private int[] targets = new int[64];
  private int size;

  /**
   * What is ranked first for a session.
   *
   * @param ids best first
   * @param scores of these
   * @param logSum logarithm of the sum of the exponentials of all items' scores: less this, a score
   *     is the logarithm of the chance that the softmax over the catalogue gives the item, which is
   *     what the model learns to say of the next one
   */
  @SuppressWarnings("ArrayRecordComponent") // A carrier.
  public record First(List<String> ids, float[] scores, double logSum) {
    /** The chance of an item with such a score. */
    public double chance(float score) {
      return Math.exp(score - logSum);
    }
  }

  /** Ranks with what is learned so far; items that are not in the catalogue are unknown. */
  public SessionRanks(LiveState live) {
    this(live, null);
  }

  /** The same with nothing to choose from but these items, as far as they are in the catalogue. */
  public static SessionRanks among(LiveState live, Set<String> ids) {
    BitSet only = new BitSet();
    ids.stream().mapToInt(live.catalog()::indexOf).filter(i -> i >= 0).forEach(only::set);
    return new SessionRanks(live, only);
  }

  private SessionRanks(LiveState live, @Nullable BitSet only) {
    this.live = live;
    this.only = only;
    sessions = new SessionQueries(live, id -> false, RankingScratch.itemEncoding(live));
    width = live.vectors().width();
    index = new ItemIndex(live.vectors(), live.catalog());
    Arrays.setAll(tops, i -> new TopK());
  }

  /** Forgets the sessions added. */
  public void clear() {
    size = 0;
    bonuses.clear();
  }

  /**
   * Adds a session.
   *
   * @param session as in a request; where nothing of it is known, popularity alone ranks
   * @param target the item whose rank is asked for; one that is not in the catalogue ranks last
   * @param nowMs time of events that have none
   * @throws UnknownItemException for an event about an unknown item
   */
  public void add(SessionContext session, String target, long nowMs) {
    SessionFeatures features = SessionFeatures.of(session, live.features());
    EncodedSession encoded =
        sessions.encode(session, features, nowMs, live.published(), Caller.PATIENT);
    if (targets.length == size) {
      targets = Arrays.copyOf(targets, 2 * size);
    }
    if (queries.length < (size + 1) * width) {
      queries = Arrays.copyOf(queries, 2 * (size + 1) * width);
    }
    System.arraycopy(encoded.query(), 0, queries, size * width, width);
    targets[size++] = live.catalog().indexOf(target);
    bonuses.nextQuery();
    ScoreBonuses own = encoded.bonuses();
    for (int place = own.from(0); place < own.to(0); place++) {
      bonuses.add(own.item(place), own.bonus(place));
    }
  }

  /** Sessions added. */
  public int size() {
    return size;
  }

  /**
   * Ranks of the targets, 1 for the best; ties count against the target.
   *
   * @param rankMax ranks up to this are exact, others are some number above it
   * @param ranks overwritten, [{@link #size}]
   */
  public void ranks(int rankMax, int[] ranks) {
    if (only != null) {
      for (int i = 0; i < size; i++) {
        ranks[i] = targets[i] < 0 ? Integer.MAX_VALUE : rankAmong(only, i);
      }
      return;
    }
    int[] known = new int[size];
    for (int i = 0; i < size; i++) {
      known[i] = Math.max(0, targets[i]);
    }
    targetRanks.rank(live.vectors(), queries, known, size, rankMax, bonuses, ranks);
    for (int i = 0; i < size; i++) {
      if (targets[i] < 0) {
        ranks[i] = Integer.MAX_VALUE;
      }
    }
  }

  /** One more than there are other items of these that score as high as the target or higher. */
  private int rankAmong(BitSet these, int session) {
    int items = Math.min(live.vectors().size(), live.catalog().indexLimit());
    float[] all = new float[items + ItemVectors.ALIGNMENT];
    live.vectors().scores(queries, session * width, 0, items, all, 0);
    bonuses.addTo(session, bonuses.placeOf(session, 0), 0, items, all, 0);
    float own = targets[session] < items ? all[targets[session]] : Float.NEGATIVE_INFINITY;
    int rank = 1;
    for (int i = these.nextSetBit(0); i >= 0 && i < items; i = these.nextSetBit(i + 1)) {
      if (i != targets[session] && all[i] >= own && index.accepts(i, ItemFilter.ALL)) {
        rank++;
      }
    }
    return rank;
  }

  /**
   * Ids of the items ranked first for each session, best first.
   *
   * @param k at most so many
   */
  public List<List<String>> tops(int k) {
    return firsts(k).stream().map(First::ids).toList();
  }

  /**
   * The items ranked first for each session. Several sessions share a pass over the items, which
   * gives each item the same score, to the bit, as a pass for one.
   *
   * @param k at most so many
   */
  public List<First> firsts(int k) {
    List<First> all = new ArrayList<>(size);
    for (int from = 0; from < size; from += TOGETHER) {
      int n = Math.min(TOGETHER, size - from);
      for (int i = 0; i < n; i++) {
        tops[i].reset(k);
        logSums[i] = Double.NEGATIVE_INFINITY;
      }
      scan(from, n);
      for (int i = 0; i < n; i++) {
        tops[i].sort();
        all.add(first(tops[i], logSums[i]));
      }
    }
    return all;
  }

  /**
   * The score that a session gives an item; negative infinity for one that is not in the catalogue.
   *
   * @param session by number, in the order in which they were added
   */
  public float score(int session, String item) {
    int index = live.catalog().indexOf(item);
    if (index < 0) {
      return Float.NEGATIVE_INFINITY;
    }
    int from = index - index % ItemVectors.ALIGNMENT;
    live.vectors().scores(queries, session * width, from, index + 1, scores, 0);
    return scores[index - from] + bonuses.of(session, index);
  }

  private void scan(int first, int n) {
    int items = Math.min(live.vectors().size(), live.catalog().indexLimit());
    for (int from = 0; from < items; from += BLOCK) {
      int length = Math.min(BLOCK, items - from);
      live.vectors()
          .scores(queries, first * width, n, from, from + length, scores, 0, BLOCK, kernelScratch);
      for (int i = 0; i < n; i++) {
        int place = bonuses.placeOf(first + i, from);
        bonuses.addTo(first + i, place, from, from + length, scores, i * BLOCK);
        keep(tops[i], i * BLOCK, from, length);
        // The scores are not needed any more: the kernel leaves shares in their place.
        logSums[i] = logSum(logSums[i], kernels.softmax(scores, i * BLOCK, length));
      }
    }
  }

  /** Logarithm of the sum of what two logarithms are of; not finite: nothing is there. */
  private static double logSum(double one, double other) {
    if (!(other > Double.NEGATIVE_INFINITY)) {
      return one;
    }
    double max = Math.max(one, other);
    return max + Math.log(Math.exp(one - max) + Math.exp(other - max));
  }

  private void keep(TopK top, int at, int from, int length) {
    float threshold = top.threshold();
    for (int i = 0; i < length; i++) {
      // Indexes grow, so an equal score never wins here.
      if (scores[at + i] > threshold
          && (only == null || only.get(from + i))
          && index.accepts(from + i, ItemFilter.ALL)) {
        top.keep(scores[at + i], from + i);
        threshold = top.threshold();
      }
    }
  }

  private First first(TopK top, double logSum) {
    List<String> ids = new ArrayList<>(top.size());
    float[] best = new float[top.size()];
    for (int i = 0; i < top.size(); i++) {
      CatalogItem item = live.catalog().item(top.index(i));
      if (item != null) {
        best[ids.size()] = top.score(i);
        ids.add(item.id());
      }
    }
    return new First(ids, Arrays.copyOf(best, ids.size()), logSum);
  }
}
