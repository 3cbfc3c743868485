package dev.dolmen.server.ranking;

import dev.dolmen.model.ServingModel;
import dev.dolmen.model.data.ModelOptions;
import dev.dolmen.parameterstore.feature.Features;
import dev.dolmen.parameterstore.feature.Fids;
import dev.dolmen.server.index.ItemFilter;
import dev.dolmen.server.index.ItemFilters;
import dev.dolmen.server.index.ItemIndex;
import dev.dolmen.server.index.TopK;
import dev.dolmen.server.ranking.RankerChoice.Chosen;
import dev.dolmen.trainer.alternatives.RankerKind;
import dev.dolmen.trainer.alternatives.RankerReader;
import dev.dolmen.trainer.catalog.CatalogItem;
import dev.dolmen.trainer.learn.LiveState;
import dev.dolmen.trainer.learn.Published;
import dev.dolmen.v1.Impression;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.RecommendResponse;
import dev.dolmen.v1.ScoreRequest;
import dev.dolmen.v1.ScoreResponse;
import dev.dolmen.v1.ScoredItem;
import dev.dolmen.v1.SimilarRequest;
import dev.dolmen.v1.SimilarResponse;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.agrona.collections.IntHashSet;
import org.jspecify.annotations.Nullable;

/**
 * Answers ranking requests that have been validated. Any thread; each gets scratch memory of its
 * own, so that the threads that rank should be few and live long.
 */
public final class Ranker {
  /** Added to the scores of what comes behind what a baseline has found. */
  private static final float BEHIND = -2;

  private final LiveState live;
  private final Predicate<String> mayCome;
  private final Consumer<Impression> shown;
  private final InstantSource clock;
  private final Supplier<String> requestIds;
  private final SessionEncoder sessions;
  private final ItemIndex index;
  private final ThreadLocal<RankingScratch> scratch;
  private final RankerChoice choice;
  private final ThreadLocal<RankerReader> readers;

  /**
   * @param mayCome whether an item that the catalogue does not have may be about to come into it:
   *     it is left out then, not refused
   * @param shown takes what was shown
   * @param requestIds unique ids for responses
   * @param choice of what ranks
   */
  public Ranker(
      LiveState live,
      Predicate<String> mayCome,
      Consumer<Impression> shown,
      InstantSource clock,
      Supplier<String> requestIds,
      RankerChoice choice) {
    this.live = live;
    this.choice = choice;
    readers = ThreadLocal.withInitial(choice::reader);
    this.mayCome = mayCome;
    this.shown = shown;
    this.clock = clock;
    this.requestIds = requestIds;
    sessions = new SessionEncoder(live, mayCome);
    index = new ItemIndex(live.vectors(), live.catalog());
    ModelOptions options = live.published().model().options();
    scratch = ThreadLocal.withInitial(() -> new RankingScratch(live, options));
  }

  /**
   * The k best items for a session. A session of which nothing is known yet is answered with the
   * items clicked most of late, then the newest ones. What ranks is up to the {@link RankerChoice};
   * what may be returned is not.
   *
   * @param waitedMs for which the request has waited for its turn
   * @throws UnknownItemException for an event or a candidate that is no item
   */
  public RecommendResponse recommend(RecommendRequest request, long waitedMs) {
    long startNanos = choice.nanos();
    Chosen chosen = choice.choose(request, waitedMs);
    Instant now = clock.instant();
    Published published = live.published();
    RankingScratch s = scratch.get();
    IntHashSet excluded = s.index.excluded;
    excluded.clear();
    boolean byModel = chosen.ranker() == RankerKind.DOLMEN;
    long nowMs = now.toEpochMilli();
    int used =
        byModel
            ? sessions.encode(request.getSession(), nowMs, published, s)
            : sessions.read(request.getSession(), nowMs, published, s);
    exclude(request, excluded);
    RankerKind ranker = used == 0 ? RankerKind.POPULARITY : chosen.ranker();
    search(request, ranker, published, s);
    RecommendResponse.Builder response =
        RecommendResponse.newBuilder()
            .setRequestId(requestIds.get())
            .setModelVersion(published.modelVersion())
            .setLearnedLogOffset(published.learnedLogOffset())
            .setSessionEventsUsed(used);
    choice.describe(chosen, ranker, response);
    boolean chances = ranker == RankerKind.DOLMEN && published.model().predictsClicks();
    addItems(response, chances, published.model(), s);
    RecommendResponse answer = response.build();
    if (!request.getNoImpression() && answer.getItemsCount() > 0) {
      Impression.Builder impression = impression(request, answer, now);
      choice.describe(chosen, ranker, impression);
      shown.accept(impression.build());
    }
    choice.answered(chosen, ranker, startNanos);
    return answer;
  }

  private void exclude(RecommendRequest request, IntHashSet excluded) {
    if (request.getIncludeSeen()) {
      excluded.clear();
    }
    for (String id : request.getExcludeItemIdsList()) {
      int item = live.catalog().indexOf(id);
      if (item >= 0) {
        excluded.add(item);
      }
    }
  }

  /** The best items by one ranker, into {@code s.index.top}. */
  private void search(
      RecommendRequest request, RankerKind ranker, Published published, RankingScratch s) {
    ItemFilter filter = ItemFilters.compile(request.getFiltersList(), live.schema());
    int candidates = candidates(request.getCandidateItemIdsList(), s);
    boolean all = request.getCandidateItemIdsCount() == 0;
    int k = request.getK();
    if (ranker == RankerKind.DOLMEN && all) {
      index.search(s.query, k, filter, s.index);
    } else if (ranker == RankerKind.DOLMEN) {
      index.search(s.query, k, s.candidates, candidates, filter, s.index);
    } else {
      IntHashSet wanted = all ? null : candidateSet(candidates, s);
      s.index.top.reset(k);
      if (ranker != RankerKind.POPULARITY) {
        byBaseline(request, ranker, published, wanted, filter, s);
      }
      fillUp(k, ranker == RankerKind.POPULARITY ? 0 : BEHIND, wanted, filter, s);
      s.index.top.sort();
    }
  }

  /** What a baseline has evidence for. */
  private void byBaseline(
      RecommendRequest request,
      RankerKind ranker,
      Published published,
      @Nullable IntHashSet wanted,
      ItemFilter filter,
      RankingScratch s) {
    RankerReader reader = readers.get();
    reader.begin(request.getSession().getSessionId());
    for (int i = 0; i < s.tokens.size; i++) {
      if (s.tokens.item[i] >= 0) {
        reader.add(s.tokens.item[i], s.tokens.timeMs[i]);
      }
    }
    TopK top = s.index.top;
    int n = reader.rank(ranker, published.eventTimeSec());
    for (int i = 0; i < n; i++) {
      int item = reader.item(i);
      if (top.wouldKeep(reader.score(i), item)
          && (wanted == null || wanted.contains(item))
          && index.accepts(item, filter, s.index.excluded)) {
        top.keep(reader.score(i), item);
      }
    }
    for (int i = 0; i < top.size(); i++) {
      s.index.excluded.add(top.index(i));
    }
  }

  /**
   * Adds the best items, each with the chance that it is clicked at its place.
   *
   * @param chances whether there are such chances
   */
  private void addItems(
      RecommendResponse.Builder response, boolean chances, ServingModel model, RankingScratch s) {
    if (chances) {
      model.clickQueries(s.query, 0, 1, s.clickQuery, s.workspace);
    }
    TopK top = s.index.top;
    for (int i = 0; i < top.size(); i++) {
      CatalogItem item = live.catalog().item(top.index(i));
      if (item == null) {
        continue;
      }
      ScoredItem.Builder scored =
          ScoredItem.newBuilder().setItemId(item.item().getItemId()).setScore(top.score(i));
      if (chances && live.vectors().get(item.index(), s.itemVector, 0)) {
        int position = response.getItemsCount();
        scored.setClickChance(model.clickChance(s.clickQuery, 0, s.itemVector, 0, position));
      }
      response.addItems(scored);
    }
  }

  /**
   * Scores of given items, in the order given.
   *
   * @throws UnknownItemException for an event or an item that is none
   */
  public ScoreResponse score(ScoreRequest request) {
    Published published = live.published();
    RankingScratch s = scratch.get();
    s.index.excluded.clear();
    int used = sessions.encode(request.getSession(), clock.millis(), published, s);
    if (used == 0) {
      Arrays.fill(s.query, 0); // Nothing is known of the session: nothing speaks for any item.
    }
    ScoreResponse.Builder response =
        ScoreResponse.newBuilder().setModelVersion(published.modelVersion());
    List<String> ids = request.getItemIdsList();
    float[] vector = new float[s.query.length];
    for (int i = 0; i < ids.size(); i++) {
      CatalogItem item = live.catalog().item(ids.get(i));
      if (item == null) {
        throw new UnknownItemException("item_ids[" + i + "]", ids.get(i));
      }
      float score = index.score(s.query, item.index(), s.index);
      if (score == Float.NEGATIVE_INFINITY) {
        encode(item.features(), published, vector, s);
        score = dot(s.query, vector) + s.index.bonuses.of(0, item.index());
      }
      response.addItems(scored(ids.get(i), score));
    }
    for (Item item : request.getItemsList()) {
      encode(live.features().item(item), published, vector, s);
      response.addItems(scored(item.getItemId(), dot(s.query, vector)));
    }
    return response.build();
  }

  /**
   * The k items closest to an item; all vectors have length 1, so the dot product is the cosine.
   *
   * @throws UnknownItemException if there is no such item
   */
  public SimilarResponse similar(SimilarRequest request) {
    Published published = live.published();
    RankingScratch s = scratch.get();
    s.index.excluded.clear();
    boolean byId = request.getQueryCase() == SimilarRequest.QueryCase.ITEM_ID;
    String id = byId ? request.getItemId() : request.getItem().getItemId();
    CatalogItem known = id.isEmpty() ? null : live.catalog().item(id);
    if (known != null) {
      s.index.excluded.add(known.index());
    }
    if (byId) {
      if (known == null) {
        throw new UnknownItemException("item_id", id);
      }
      if (!live.vectors().get(known.index(), s.query, 0)) {
        encode(known.features(), published, s.query, s);
      }
    } else {
      encode(metadata(request.getItem()), published, s.query, s);
    }
    ItemFilter filter = ItemFilters.compile(request.getFiltersList(), live.schema());
    index.searchCosine(s.query, request.getK(), filter, s.index);
    SimilarResponse.Builder response =
        SimilarResponse.newBuilder().setModelVersion(published.modelVersion());
    TopK top = s.index.top;
    for (int i = 0; i < top.size(); i++) {
      CatalogItem item = live.catalog().item(top.index(i));
      if (item != null) {
        response.addItems(scored(item.item().getItemId(), Math.clamp(top.score(i), -1f, 1f)));
      }
    }
    return response.build();
  }

  /** Features of an item by its metadata alone: its id counts as one never seen. */
  private Features metadata(Item item) {
    Item named = item.getItemId().isEmpty() ? item.toBuilder().setItemId("-").build() : item;
    Features features = live.features().item(named);
    int idColumn = live.published().model().options().idColumn();
    long[] fids = features.fids().clone();
    fids[features.columnStart()[idColumn]] = Fids.OUT_OF_VOCABULARY;
    return new Features(fids, features.weights(), features.columnStart());
  }

  private static void encode(
      Features features, Published published, float[] out, RankingScratch s) {
    s.items.reset(published.eventTimeSec());
    s.items.add(features);
    s.items.gather();
    published.model().encodeItems(s.items.block, s.items.rows, out, 0, s.workspace);
  }

  private int candidates(List<String> ids, RankingScratch s) {
    if (s.candidates.length < ids.size()) {
      s.candidates = new int[ids.size()];
    }
    int n = 0;
    for (int i = 0; i < ids.size(); i++) {
      int item = live.catalog().indexOf(ids.get(i));
      if (item >= 0) {
        s.candidates[n++] = item;
      } else if (!mayCome.test(ids.get(i))) {
        throw new UnknownItemException("candidate_item_ids[" + i + "]", ids.get(i));
      }
    }
    return n;
  }

  /**
   * Fills {@code s.index.top} up with the items clicked most of late, then the newest. The score
   * falls with the rank, from 1 where there is nothing to compare it with.
   *
   * @param offset added to scores; {@link #BEHIND} puts them below those of baselines
   */
  private void fillUp(
      int k, float offset, @Nullable IntHashSet wanted, ItemFilter filter, RankingScratch s) {
    int[] popular = live.popular();
    int next = s.index.top.size();
    for (int i = 0; i < popular.length && next < k; i++) {
      next += offer(popular[i], offset + 1f / (1 + next), wanted, filter, s);
    }
    for (int i = live.catalog().indexLimit() - 1; i >= 0 && next < k; i--) {
      next += offer(i, offset + 1f / (1 + next), wanted, filter, s);
    }
  }

  private static IntHashSet candidateSet(int candidates, RankingScratch s) {
    IntHashSet set = new IntHashSet();
    for (int i = 0; i < candidates; i++) {
      set.add(s.candidates[i]);
    }
    return set;
  }

  private int offer(
      int item, float score, @Nullable IntHashSet wanted, ItemFilter filter, RankingScratch s) {
    if ((wanted != null && !wanted.contains(item))
        || !index.accepts(item, filter, s.index.excluded)) {
      return 0;
    }
    s.index.top.keep(score, item);
    s.index.excluded.add(item);
    return 1;
  }

  private static Impression.Builder impression(
      RecommendRequest request, RecommendResponse answer, Instant now) {
    Impression.Builder impression =
        Impression.newBuilder()
            .setRequestId(answer.getRequestId())
            .setSessionId(request.getSession().getSessionId())
            .setModelVersion(answer.getModelVersion());
    impression.getTimeBuilder().setSeconds(now.getEpochSecond()).setNanos(now.getNano());
    for (ScoredItem item : answer.getItemsList()) {
      impression.addItemId(item.getItemId()).addScore(item.getScore());
    }
    return impression;
  }

  private static ScoredItem scored(String itemId, float score) {
    return ScoredItem.newBuilder().setItemId(itemId).setScore(score).build();
  }

  private static float dot(float[] a, float[] b) {
    float sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }
}
