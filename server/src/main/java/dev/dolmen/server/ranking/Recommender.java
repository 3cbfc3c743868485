package dev.dolmen.server.ranking;

import dev.dolmen.model.ServingModel;
import dev.dolmen.server.budget.Caller;
import dev.dolmen.server.index.ItemFilter;
import dev.dolmen.server.index.ItemFilters;
import dev.dolmen.server.index.ItemIndex;
import dev.dolmen.server.index.ItemQuery;
import dev.dolmen.server.index.TopK;
import dev.dolmen.server.ranking.RankerChoice.Chosen;
import dev.dolmen.server.trace.CallTrace;
import dev.dolmen.server.trace.Figure;
import dev.dolmen.server.trace.Stage;
import dev.dolmen.trainer.alternatives.RankerKind;
import dev.dolmen.trainer.catalog.CatalogItem;
import dev.dolmen.trainer.learn.LiveState;
import dev.dolmen.trainer.learn.Published;
import dev.dolmen.v1.Impression;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.RecommendResponse;
import dev.dolmen.v1.ScoredItem;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.agrona.collections.IntHashSet;

/**
 * Recommends: the k best items for a session, and the impression that says what was shown. Any
 * thread, with scratch of its own.
 */
final class Recommender {
  private final LiveState live;
  private final Predicate<String> mayCome;
  private final Consumer<Impression> shown;
  private final InstantSource clock;
  private final Supplier<String> requestIds;
  private final RankerChoice choice;
  private final ItemIndex index;

  /** The parameters are those of {@link Ranker}. */
  Recommender(
      LiveState live,
      Predicate<String> mayCome,
      Consumer<Impression> shown,
      InstantSource clock,
      Supplier<String> requestIds,
      RankerChoice choice,
      ItemIndex index) {
    this.live = live;
    this.mayCome = mayCome;
    this.shown = shown;
    this.clock = clock;
    this.requestIds = requestIds;
    this.choice = choice;
    this.index = index;
  }

  /** What is known of a request before its items are. */
  private record Asked(
      RecommendRequest request,
      Caller caller,
      Chosen chosen,
      RankerKind ranker,
      Published published,
      Instant now,
      int used,
      List<String> unknownIds,
      long startNanos) {
    /** Whether any item may be returned. */
    boolean all() {
      return request.getCandidateItemIdsCount() == 0;
    }
  }

  /** As {@link Ranker#recommend} says. */
  void recommend(
      RecommendRequest request,
      SessionFeatures features,
      long waitedMs,
      Caller caller,
      RankingScratch s,
      Answer<RecommendResponse> answer) {
    long startNanos = choice.nanos();
    CallTrace trace = caller.trace();
    trace.enter(Stage.SESSION);
    Chosen chosen = choice.choose(request, waitedMs);
    Instant now = clock.instant();
    Published published = live.published();
    UnknownItems unknown = s.sessions.unknown();
    unknown.begin(request.getStrict());
    EncodedSession session =
        chosen.ranker() == RankerKind.DOLMEN
            ? s.sessions.encode(
                request.getSession(), features, now.toEpochMilli(), published, caller)
            : s.sessions.read(
                request.getSession(), features, now.toEpochMilli(), published, caller);
    RankerKind ranker = session.used() == 0 ? RankerKind.POPULARITY : chosen.ranker();
    caller.checkWaiting();
    trace.enter(Stage.CANDIDATES);
    int candidates = candidates(request.getCandidateItemIdsList(), caller, s);
    Asked asked =
        new Asked(
            request,
            caller,
            chosen,
            ranker,
            published,
            now,
            session.used(),
            unknown.ids(),
            startNanos);
    if (request.getExplain() && ranker == RankerKind.DOLMEN) {
      s.modelReasons().begin(session, published.model());
    }
    note(asked, trace);
    if (asked.all() && ranker == RankerKind.DOLMEN) {
      PendingSearch search = s.searches.next();
      exclude(request, session, caller, search.excluded);
      search.score(
          session, request.getK(), filter(request, caller), request.getExactSearch(), caller);
      trace.enter(Stage.SEARCH);
      Consumer<TopK> found = top -> answer.give(answer(asked, search.vector, top, s));
      if (request.getExplain()) {
        s.searches.alone(found, answer); // What explains it is of the last session alone.
      } else {
        s.searches.leave(found, answer);
      }
    } else {
      search(asked, session, candidates, s);
      answer.give(answer(asked, session.query(), s.index.top, s));
    }
  }

  private static void note(Asked asked, CallTrace trace) {
    RecommendRequest request = asked.request;
    trace.note(Figure.K, request.getK());
    trace.note(Figure.SESSION_EVENTS, asked.used);
    if (!asked.all()) {
      trace.note(Figure.CANDIDATES, request.getCandidateItemIdsCount());
    }
    if (request.getFiltersCount() > 0) {
      trace.note(Figure.FILTERS, request.getFiltersCount());
    }
    trace.session(request.getSession().getSessionId());
  }

  /**
   * The answer with what was found.
   *
   * @param query of the session, [D]
   */
  private RecommendResponse answer(Asked asked, float[] query, TopK top, RankingScratch s) {
    CallTrace trace = asked.caller.trace();
    trace.enter(Stage.ANSWER);
    asked.caller.checkWaiting();
    Published published = asked.published;
    RecommendResponse.Builder response =
        RecommendResponse.newBuilder()
            .setRequestId(requestIds.get())
            .setModelVersion(published.modelVersion())
            .setLearnedLogOffset(published.learnedLogOffset())
            .setStalenessMs(live.stalenessMs())
            .setSessionEventsUsed(asked.used);
    choice.describe(asked.chosen, asked.ranker, response);
    boolean chances = asked.ranker == RankerKind.DOLMEN && published.model().predictsClicks();
    if (chances) {
      published.model().clickQueries(query, 0, 1, s.clickQuery, s.workspace);
    }
    addItems(response, top, chances, published.model(), s);
    if (asked.request.getExplain()) {
      explain(asked, top, response, s);
    }
    response.addAllUnknownItemIds(asked.unknownIds);
    RecommendResponse answer = response.build();
    if (!asked.request.getNoImpression() && answer.getItemsCount() > 0) {
      Impression.Builder impression = impression(asked.request, answer, asked.now);
      choice.describe(asked.chosen, asked.ranker, impression);
      shown.accept(impression.build());
    }
    choice.answered(asked.chosen, asked.ranker, asked.startNanos);
    trace.note(Figure.ITEMS, answer.getItemsCount());
    trace.leave();
    return answer;
  }

  private ItemFilter filter(RecommendRequest request, Caller caller) {
    return ItemFilters.compile(request.getFiltersList(), live.schema(), live.catalog(), caller);
  }

  /** The best items by a baseline, or of some, into {@code s.index.top}. */
  private void search(Asked asked, EncodedSession session, int candidates, RankingScratch s) {
    RecommendRequest request = asked.request;
    Caller caller = asked.caller;
    exclude(request, session, caller, s.excluded);
    ItemFilter filter = filter(request, caller);
    caller.trace().enter(Stage.SEARCH);
    int k = request.getK();
    if (asked.ranker == RankerKind.DOLMEN) {
      ItemQuery query = new ItemQuery(session.query(), k, filter, s.excluded, caller);
      index.search(query, session.bonuses(), s.candidates, candidates, s.index);
      return;
    }
    IntHashSet wanted = asked.all() ? null : candidateSet(candidates, s);
    BaselineSearch.Eligible eligible =
        new BaselineSearch.Eligible(wanted, filter, s.excluded, caller);
    TopK top = s.index.top;
    top.reset(k);
    boolean byBaseline = asked.ranker != RankerKind.POPULARITY;
    String sessionId = request.getSession().getSessionId();
    long eventTimeSec = asked.published.eventTimeSec();
    int found = 0;
    if (byBaseline) {
      found =
          s.baselines.addFound(
              asked.ranker, sessionId, session.steps(), eventTimeSec, eligible, top);
    }
    int popular = s.baselines.fillUp(k, byBaseline, eligible, top);
    top.sort();
    if (request.getExplain()) {
      BaselineReasons.Found places = new BaselineReasons.Found(found, popular);
      s.baselineReasons()
          .begin(asked.ranker, sessionId, session, eventTimeSec, top, places, caller);
    }
  }

  private void exclude(
      RecommendRequest request, EncodedSession session, Caller caller, IntHashSet excluded) {
    excluded.clear();
    excluded.addAll(request.getIncludeSeen() ? session.dismissed() : session.seen());
    List<String> ids = request.getExcludeItemIdsList();
    for (int i = 0; i < ids.size(); i++) {
      caller.checkEvery(i);
      int item = live.catalog().indexOf(ids.get(i));
      if (item >= 0) {
        excluded.add(item);
      }
    }
  }

  private int candidates(List<String> ids, Caller caller, RankingScratch s) {
    if (s.candidates.length < ids.size()) {
      s.candidates = new int[ids.size()];
    }
    int n = 0;
    for (int i = 0; i < ids.size(); i++) {
      caller.checkEvery(i);
      int item = live.catalog().indexOf(ids.get(i));
      if (item >= 0) {
        s.candidates[n++] = item;
      } else if (!mayCome.test(ids.get(i))) {
        s.sessions.unknown().add("candidate_item_ids[" + i + "]", ids.get(i));
      }
    }
    return n;
  }

  private static IntHashSet candidateSet(int candidates, RankingScratch s) {
    IntHashSet set = new IntHashSet();
    for (int i = 0; i < candidates; i++) {
      set.add(s.candidates[i]);
    }
    return set;
  }

  /**
   * Adds the best items, each with the chance that it is clicked at its place.
   *
   * @param chances whether there are such chances, by {@code s.clickQuery}
   */
  private void addItems(
      RecommendResponse.Builder response,
      TopK top,
      boolean chances,
      ServingModel model,
      RankingScratch s) {
    for (int i = 0; i < top.size(); i++) {
      CatalogItem item = live.catalog().item(top.index(i));
      if (item == null) {
        continue;
      }
      ScoredItem.Builder scored =
          ScoredItem.newBuilder().setItemId(item.id()).setScore(top.score(i));
      if (chances && live.vectors().get(item.index(), s.vector, 0)) {
        int position = response.getItemsCount();
        scored.setClickChance(model.clickChance(s.clickQuery, 0, s.vector, 0, position));
      }
      response.addItems(scored);
    }
  }

  /**
   * Says of each item of the answer why it has its score. Those that have left the catalogue since
   * they were found are not in the answer.
   */
  private void explain(
      Asked asked, TopK top, RecommendResponse.Builder response, RankingScratch s) {
    boolean byModel = asked.ranker == RankerKind.DOLMEN;
    if (byModel) {
      int[] items = s.explained(top.size());
      for (int rank = 0; rank < top.size(); rank++) {
        items[rank] = top.index(rank);
      }
      s.modelReasons().of(asked.published.model(), items, top.size(), asked.caller);
    }
    response.addAllExplainedEvents(
        byModel ? s.modelReasons().events() : s.baselineReasons().events());
    int at = 0;
    for (int rank = 0; rank < top.size() && at < response.getItemsCount(); rank++) {
      asked.caller.checkWaiting();
      ScoredItem.Builder scored = response.getItemsBuilder(at);
      CatalogItem item = live.catalog().item(top.index(rank));
      if (item == null || !item.id().equals(scored.getItemId())) {
        continue;
      }
      scored.setExplanation(
          byModel
              ? s.modelReasons().of(rank, item.index(), true, vector(item, s), top.score(rank))
              : s.baselineReasons().of(rank, item, top.score(rank)));
      at++;
    }
  }

  /** Of an item, [D]; zeros if it has none any more. */
  private float[] vector(CatalogItem item, RankingScratch s) {
    if (!live.vectors().get(item.index(), s.vector, 0)) {
      Arrays.fill(s.vector, 0);
    }
    return s.vector;
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
}
