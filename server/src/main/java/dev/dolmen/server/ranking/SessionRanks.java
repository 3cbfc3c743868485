package dev.dolmen.server.ranking;

import dev.dolmen.model.Workspace;
import dev.dolmen.model.item.ScoreBonuses;
import dev.dolmen.model.kernel.KernelScratch;
import dev.dolmen.server.index.ItemFilter;
import dev.dolmen.server.index.ItemIndex;
import dev.dolmen.server.index.TopK;
import dev.dolmen.trainer.LiveState;
import dev.dolmen.trainer.catalog.CatalogItem;
import dev.dolmen.v1.SessionContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Ranks of known next items for sessions, and the items ranked first, as {@link Ranker} would rank
 * them with items of the session included: what evaluation asks of a server, many sessions at a
 * time. One thread.
 */
public final class SessionRanks {
  /** Sessions that share a pass over the items. */
  private static final int TOGETHER = 16;

  /** Items scored at a time: 128 KiB of scores. */
  private static final int BLOCK = 2_048;

  private final LiveState live;
  private final SessionEncoder sessions;
  private final RankingScratch scratch;
  private final ItemIndex index;
  private final Workspace workspace = new Workspace();
  private final ScoreBonuses bonuses = new ScoreBonuses();
  private final KernelScratch kernelScratch = new KernelScratch();
  private final TopK[] tops = new TopK[TOGETHER];
  private final float[] scores = new float[TOGETHER * BLOCK];
  private float[] queries = new float[0];
  private int[] targets = new int[64];
  private int size;

  /** Ranks with what is learned so far; items that are not in the catalogue are unknown. */
  public SessionRanks(LiveState live) {
    this.live = live;
    sessions = new SessionEncoder(live, id -> false);
    scratch = new RankingScratch(live, live.published().model().options());
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
    int used = sessions.encode(session, nowMs, live.published(), scratch);
    scratch.index.excluded.clear();
    int width = scratch.query.length;
    if (targets.length == size) {
      targets = Arrays.copyOf(targets, 2 * size);
    }
    if (queries.length < (size + 1) * width) {
      queries = Arrays.copyOf(queries, 2 * (size + 1) * width);
    }
    if (used == 0) {
      Arrays.fill(scratch.query, 0);
    }
    System.arraycopy(scratch.query, 0, queries, size * width, width);
    targets[size++] = live.catalog().indexOf(target);
    bonuses.nextQuery();
    ScoreBonuses own = scratch.index.bonuses;
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
    int[] known = new int[size];
    for (int i = 0; i < size; i++) {
      known[i] = Math.max(0, targets[i]);
    }
    live.vectors().ranks(queries, known, size, rankMax, bonuses, ranks, workspace);
    for (int i = 0; i < size; i++) {
      if (targets[i] < 0) {
        ranks[i] = Integer.MAX_VALUE;
      }
    }
  }

  /**
   * Ids of the items ranked first for each session, best first. Several sessions share a pass over
   * the items, which gives each item the same score, to the bit, as a pass for one.
   *
   * @param k at most so many
   */
  public List<List<String>> tops(int k) {
    List<List<String>> all = new ArrayList<>(size);
    for (int from = 0; from < size; from += TOGETHER) {
      int n = Math.min(TOGETHER, size - from);
      for (int i = 0; i < n; i++) {
        tops[i].reset(k);
      }
      scan(from, n);
      for (int i = 0; i < n; i++) {
        tops[i].sort();
        all.add(ids(tops[i]));
      }
    }
    return all;
  }

  private void scan(int first, int n) {
    int width = scratch.query.length;
    int items = Math.min(live.vectors().size(), live.catalog().indexLimit());
    for (int from = 0; from < items; from += BLOCK) {
      int length = Math.min(BLOCK, items - from);
      live.vectors()
          .scores(queries, first * width, n, from, from + length, scores, 0, BLOCK, kernelScratch);
      for (int i = 0; i < n; i++) {
        int place = bonuses.placeOf(first + i, from);
        bonuses.addTo(first + i, place, from, from + length, scores, i * BLOCK);
        keep(tops[i], i * BLOCK, from, length);
      }
    }
  }

  private void keep(TopK top, int at, int from, int length) {
    float threshold = top.threshold();
    for (int i = 0; i < length; i++) {
      // Indexes grow, so an equal score never wins here.
      if (scores[at + i] > threshold
          && index.accepts(from + i, ItemFilter.ALL, scratch.index.excluded)) {
        top.keep(scores[at + i], from + i);
        threshold = top.threshold();
      }
    }
  }

  private List<String> ids(TopK top) {
    List<String> ids = new ArrayList<>(top.size());
    for (int i = 0; i < top.size(); i++) {
      CatalogItem item = live.catalog().item(top.index(i));
      if (item != null) {
        ids.add(item.item().getItemId());
      }
    }
    return ids;
  }
}
