package dev.dolmen.server.ranking;

import dev.dolmen.parameterstore.feature.Features;
import dev.dolmen.parameterstore.feature.Fids;
import dev.dolmen.server.budget.Caller;
import dev.dolmen.server.index.ItemFilter;
import dev.dolmen.server.index.ItemFilters;
import dev.dolmen.server.index.TopK;
import dev.dolmen.server.trace.CallTrace;
import dev.dolmen.server.trace.Figure;
import dev.dolmen.server.trace.Stage;
import dev.dolmen.trainer.catalog.CatalogItem;
import dev.dolmen.trainer.learn.LiveState;
import dev.dolmen.trainer.learn.Published;
import dev.dolmen.v1.ScoredItem;
import dev.dolmen.v1.SimilarRequest;
import dev.dolmen.v1.SimilarResponse;
import org.jspecify.annotations.Nullable;

/** Finds items close to an item. Immutable; any thread, with scratch of its own. */
final class SimilarItems {
  private final LiveState live;

  SimilarItems(LiveState live) {
    this.live = live;
  }

  /** As {@link Ranker#similar} says. */
  void similar(
      SimilarRequest request,
      @Nullable Features given,
      Caller caller,
      RankingScratch s,
      Answer<SimilarResponse> answer) {
    CallTrace trace = caller.trace();
    trace.note(Figure.K, request.getK());
    trace.enter(Stage.CANDIDATES);
    Published published = live.published();
    String id = given == null ? request.getItemId() : request.getItem().getItemId();
    CatalogItem known = id.isEmpty() ? null : live.catalog().item(id);
    if (given != null) {
      s.encode(metadata(given), published);
    } else if (known == null) {
      throw new UnknownItemException("item_id", id);
    } else if (!live.vectors().get(known.index(), s.vector, 0)) {
      s.encode(known.features(), published);
    }
    caller.checkWaiting();
    ItemFilter filter =
        ItemFilters.compile(request.getFiltersList(), live.schema(), live.catalog(), caller);
    PendingSearch search = s.searches.next();
    System.arraycopy(s.vector, 0, search.vector, 0, s.vector.length);
    search.excluded.clear();
    if (known != null) {
      search.excluded.add(known.index());
    }
    search.cosine(request.getK(), filter, caller);
    trace.enter(Stage.SEARCH);
    s.searches.leave(top -> answer.give(response(published, top, trace)), answer);
  }

  private SimilarResponse response(Published published, TopK top, CallTrace trace) {
    trace.enter(Stage.ANSWER);
    SimilarResponse.Builder response =
        SimilarResponse.newBuilder()
            .setModelVersion(published.modelVersion())
            .setLearnedLogOffset(published.learnedLogOffset())
            .setStalenessMs(live.stalenessMs());
    for (int i = 0; i < top.size(); i++) {
      CatalogItem item = live.catalog().item(top.index(i));
      if (item != null) {
        response.addItems(
            ScoredItem.newBuilder()
                .setItemId(item.id())
                .setScore(Math.clamp(top.score(i), -1f, 1f)));
      }
    }
    trace.note(Figure.ITEMS, response.getItemsCount());
    trace.leave();
    return response.build();
  }

  /** Features of an item by its metadata alone: its id counts as one never seen. */
  private Features metadata(Features features) {
    int idColumn = live.published().model().options().idColumn();
    long[] fids = features.fids().clone();
    fids[features.columnStart()[idColumn]] = Fids.OUT_OF_VOCABULARY;
    return new Features(fids, features.weights(), features.columnStart(), features.vectors());
  }
}
