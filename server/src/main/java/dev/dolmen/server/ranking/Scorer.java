package dev.dolmen.server.ranking;

import dev.dolmen.server.budget.Caller;
import dev.dolmen.server.index.ItemIndex;
import dev.dolmen.server.trace.CallTrace;
import dev.dolmen.server.trace.Figure;
import dev.dolmen.server.trace.Stage;
import dev.dolmen.trainer.catalog.CatalogItem;
import dev.dolmen.trainer.learn.LiveState;
import dev.dolmen.trainer.learn.Published;
import dev.dolmen.v1.ScoreRequest;
import dev.dolmen.v1.ScoreResponse;
import dev.dolmen.v1.ScoredItem;
import java.time.InstantSource;
import java.util.List;

/** Scores given items for a session. Immutable; any thread, with scratch of its own. */
final class Scorer {
  private final LiveState live;
  private final InstantSource clock;
  private final ItemIndex index;

  Scorer(LiveState live, InstantSource clock) {
    this.live = live;
    this.clock = clock;
    index = new ItemIndex(live.vectors(), live.catalog());
  }

  /** As {@link Ranker#score} says. */
  ScoreResponse score(
      ScoreRequest request, ScoreFeatures features, Caller caller, RankingScratch s) {
    CallTrace trace = caller.trace();
    trace.note(Figure.CANDIDATES, request.getItemIdsCount() + request.getItemsCount());
    trace.session(request.getSession().getSessionId());
    trace.enter(Stage.SESSION);
    Published published = live.published();
    UnknownItems unknown = s.sessions.unknown();
    unknown.begin(request.getStrict());
    EncodedSession session =
        s.sessions.encode(
            request.getSession(), features.session(), clock.millis(), published, caller);
    trace.note(Figure.SESSION_EVENTS, session.used());
    trace.enter(Stage.SCORE);
    ModelReasons reasons = null;
    if (request.getExplain()) {
      reasons = s.modelReasons();
      reasons.begin(session, published.model());
      int[] items = s.explained(request.getItemIdsCount());
      for (int i = 0; i < request.getItemIdsCount(); i++) {
        items[i] = live.catalog().indexOf(request.getItemIds(i));
      }
      reasons.of(published.model(), items, request.getItemIdsCount(), caller);
    }
    ScoreResponse.Builder response =
        ScoreResponse.newBuilder()
            .setModelVersion(published.modelVersion())
            .setLearnedLogOffset(published.learnedLogOffset())
            .setStalenessMs(live.stalenessMs());
    if (reasons != null) {
      response.addAllExplainedEvents(reasons.events());
    }
    List<String> ids = request.getItemIdsList();
    for (int i = 0; i < ids.size(); i++) {
      caller.checkWaiting();
      CatalogItem item = live.catalog().item(ids.get(i));
      if (item == null) {
        unknown.add("item_ids[" + i + "]", ids.get(i));
        continue;
      }
      float score = index.score(session.query(), session.bonuses(), item.index(), s.index);
      boolean scanned = score > Float.NEGATIVE_INFINITY;
      if (!scanned) {
        float[] vector = s.encode(item.features(), published);
        score = dot(session.query(), vector) + session.bonuses().of(0, item.index());
      }
      ScoredItem.Builder scored = scored(ids.get(i), score);
      if (reasons != null) {
        if (scanned && !live.vectors().get(item.index(), s.vector, 0)) {
          s.encode(item.features(), published); // It has left the catalogue meanwhile.
        }
        scored.setExplanation(reasons.of(i, item.index(), scanned, s.vector, score));
      }
      response.addItems(scored);
    }
    for (int i = 0; i < request.getItemsCount(); i++) {
      caller.checkWaiting();
      float[] vector = s.encode(features.items().get(i), published);
      float score = dot(session.query(), vector);
      ScoredItem.Builder scored = scored(request.getItems(i).getItemId(), score);
      if (reasons != null) {
        scored.setExplanation(reasons.of(-1, -1, false, vector, score));
      }
      response.addItems(scored);
    }
    trace.leave();
    return response.addAllUnknownItemIds(unknown.ids()).build();
  }

  private static ScoredItem.Builder scored(String itemId, float score) {
    return ScoredItem.newBuilder().setItemId(itemId).setScore(score);
  }

  private static float dot(float[] a, float[] b) {
    float sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }
}
