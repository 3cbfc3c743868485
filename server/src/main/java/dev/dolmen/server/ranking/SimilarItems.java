package dev.dolmen.server.ranking;

import dev.dolmen.parameterstore.feature.Features;
import dev.dolmen.parameterstore.feature.Fids;
import dev.dolmen.server.index.ItemFilter;
import dev.dolmen.server.index.ItemFilters;
import dev.dolmen.server.index.ItemIndex;
import dev.dolmen.server.index.ItemQuery;
import dev.dolmen.server.index.TopK;
import dev.dolmen.trainer.catalog.CatalogItem;
import dev.dolmen.trainer.learn.LiveState;
import dev.dolmen.trainer.learn.Published;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.ScoredItem;
import dev.dolmen.v1.SimilarRequest;
import dev.dolmen.v1.SimilarResponse;

/** Finds items close to an item. Immutable; any thread, with scratch of its own. */
final class SimilarItems {
  private final LiveState live;
  private final ItemIndex index;

  SimilarItems(LiveState live) {
    this.live = live;
    index = new ItemIndex(live.vectors(), live.catalog());
  }

  /** As {@link Ranker#similar} says. */
  SimilarResponse similar(SimilarRequest request, Caller caller, RankingScratch s) {
    Published published = live.published();
    boolean byId = request.getQueryCase() == SimilarRequest.QueryCase.ITEM_ID;
    String id = byId ? request.getItemId() : request.getItem().getItemId();
    CatalogItem known = id.isEmpty() ? null : live.catalog().item(id);
    s.excluded.clear();
    if (known != null) {
      s.excluded.add(known.index());
    }
    if (!byId) {
      s.encode(metadata(request.getItem()), published);
    } else if (known == null) {
      throw new UnknownItemException("item_id", id);
    } else if (!live.vectors().get(known.index(), s.vector, 0)) {
      s.encode(known.features(), published);
    }
    caller.checkWaiting();
    ItemFilter filter = ItemFilters.compile(request.getFiltersList(), live.schema());
    index.searchCosine(new ItemQuery(s.vector, request.getK(), filter, s.excluded), s.index);
    return response(published, s.index.top);
  }

  private SimilarResponse response(Published published, TopK top) {
    SimilarResponse.Builder response =
        SimilarResponse.newBuilder().setModelVersion(published.modelVersion());
    for (int i = 0; i < top.size(); i++) {
      CatalogItem item = live.catalog().item(top.index(i));
      if (item != null) {
        response.addItems(
            ScoredItem.newBuilder()
                .setItemId(item.item().getItemId())
                .setScore(Math.clamp(top.score(i), -1f, 1f)));
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
}
