package dev.dolmen.server.api;

import com.google.protobuf.util.Timestamps;
import dev.dolmen.parameterstore.feature.FidNames;
import dev.dolmen.parameterstore.schema.RowOptions;
import dev.dolmen.parameterstore.schema.Slot;
import dev.dolmen.parameterstore.store.RowFacts;
import dev.dolmen.trainer.catalog.CatalogItem;
import dev.dolmen.trainer.learn.LiveState;
import dev.dolmen.v1.GetItemRowsRequest;
import dev.dolmen.v1.GetItemRowsResponse;
import dev.dolmen.v1.ItemRow;

/** What the embedding table has of an item's values, as callers are told. Any thread. */
final class ItemRowFacts {
  private final LiveState live;
  private final FidNames names;

  ItemRowFacts(LiveState live) {
    this.live = live;
    names = new FidNames(live.features());
  }

  /**
   * Answers a request.
   *
   * @throws InvalidRequestException naming field, value and expectation
   * @throws io.grpc.StatusRuntimeException NOT_FOUND if there is no such item
   */
  GetItemRowsResponse of(GetItemRowsRequest request) {
    Fields.text("item_id", request.getItemId(), Fields.ITEM_ID_BYTES_MAX);
    CatalogItem item = live.catalog().item(request.getItemId());
    if (item == null) {
      throw Errors.noItem("item_id", request.getItemId());
    }
    GetItemRowsResponse.Builder answer = GetItemRowsResponse.newBuilder();
    long nowSec = live.published().eventTimeSec();
    for (FidNames.Named one : names.of(live.catalog().whole(item), item.features(), nowSec)) {
      answer.addRows(row(one));
    }
    return answer.build();
  }

  private ItemRow row(FidNames.Named one) {
    Slot slot = live.schema().slots().get(one.slot());
    RowOptions options = slot.rows();
    RowFacts facts = live.table().facts(one.slot(), one.fid());
    ItemRow.Builder row =
        ItemRow.newBuilder()
            .setSlot(slot.name())
            .setValue(one.name())
            .setOwn(facts.own())
            .setThreshold(options.admission().threshold())
            .setDimension(options.dim())
            .setLength(length(one));
    if (facts.occurrences() >= 0) {
      row.setOccurrences(facts.occurrences());
    }
    if (facts.lastSeenSec() >= 0) {
      row.setLastSeen(Timestamps.fromSeconds(facts.lastSeenSec()));
      if (options.ttlSec() > 0) {
        row.setExpiry(Timestamps.fromSeconds(facts.lastSeenSec() + options.ttlSec()));
      }
    }
    return row.build();
  }

  private double length(FidNames.Named one) {
    float[] weights = new float[live.table().dim(one.slot())];
    var _ = live.table().gather(one.slot(), new long[] {one.fid()}, 0, 1, weights, 0);
    double sum = 0;
    for (float weight : weights) {
      sum += (double) weight * weight;
    }
    return Math.sqrt(sum);
  }
}
