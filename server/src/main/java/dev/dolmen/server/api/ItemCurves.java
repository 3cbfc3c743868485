package dev.dolmen.server.api;

import com.google.protobuf.util.Timestamps;
import dev.dolmen.trainer.catalog.CatalogItem;
import dev.dolmen.trainer.history.ItemFigures;
import dev.dolmen.trainer.history.ItemHistory;
import dev.dolmen.trainer.history.ItemPlacing;
import dev.dolmen.trainer.history.ShownBy;
import dev.dolmen.trainer.learn.LiveState;
import dev.dolmen.v1.GetItemHistoryRequest;
import dev.dolmen.v1.GetItemHistoryResponse;
import dev.dolmen.v1.ItemPeriod;
import dev.dolmen.v1.ItemSource;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How often an item was shown and clicked over time and where, and what it was visited together
 * with, as callers are told. Any thread.
 */
final class ItemCurves {
  private static final long HOUR_MS = TimeUnit.HOURS.toMillis(1);
  private static final long DAY_MS = TimeUnit.DAYS.toMillis(1);

  private final ItemHistory items;
  private final LiveState live;
  private final InstantSource clock;

  ItemCurves(ItemHistory items, LiveState live, InstantSource clock) {
    this.items = items;
    this.live = live;
    this.clock = clock;
  }

  /**
   * Answers a request.
   *
   * @throws InvalidRequestException naming field, value and expectation
   */
  GetItemHistoryResponse of(GetItemHistoryRequest request) {
    Fields.text("item_id", request.getItemId(), Fields.ITEM_ID_BYTES_MAX);
    long now = clock.millis();
    ItemFigures figures = items.of(request.getItemId(), now);
    GetItemHistoryResponse.Builder answer = GetItemHistoryResponse.newBuilder();
    for (int i = 0; i < ItemHistory.HOURS; i++) {
      long start = start(now, HOUR_MS, ItemHistory.HOURS, i);
      answer.addHours(period(start, figures.shownByHour()[i], figures.clicksByHour()[i]));
    }
    for (int i = 0; i < ItemHistory.DAYS; i++) {
      long start = start(now, DAY_MS, ItemHistory.DAYS, i);
      answer.addDays(period(start, figures.shownByDay()[i], figures.clicksByDay()[i]));
    }
    if (figures.sinceMs() >= 0) {
      answer.setSince(Timestamps.fromMillis(figures.sinceMs()));
    }
    addPlacing(answer, figures.placing());
    addNeighbors(answer, request.getItemId());
    return answer.build();
  }

  private static void addPlacing(GetItemHistoryResponse.Builder answer, ItemPlacing placing) {
    if (placing.sinceMs() < 0) {
      return;
    }
    answer.setPlacedSince(Timestamps.fromMillis(placing.sinceMs()));
    for (int i = 0; i < ItemHistory.PLACES; i++) {
      boolean ends = i + 1 < ItemHistory.PLACES;
      answer
          .addPlacesBuilder()
          .setFirst(ItemHistory.firstPlace(i))
          .setLast(ends ? ItemHistory.firstPlace(i + 1) - 1 : 0)
          .setShown(placing.shownByPlace()[i])
          .setClicks(placing.clicksByPlace()[i]);
    }
    for (ItemPlacing.Source source : placing.sources()) {
      ItemSource.Builder message =
          answer.addSourcesBuilder().setShown(source.shown()).setClicks(source.clicks());
      ShownBy by = source.by();
      if (by == null) {
        message.setOthers(true);
      } else {
        message.setRanker(by.ranker()).setExperiment(by.experiment()).setArm(by.arm());
      }
    }
  }

  private void addNeighbors(GetItemHistoryResponse.Builder answer, String itemId) {
    CatalogItem item = live.catalog().item(itemId);
    if (item != null) {
      live.coVisits()
          .neighbors(item.index(), this::idAt)
          .forEach(one ->
              answer
                  .addNeighborsBuilder()
                  .setItemId(one.itemId())
                  .setVisits(one.visits())
                  .setRecentVisits(one.recentVisits()));
    }
  }

  private @Nullable String idAt(int index) {
    CatalogItem item = live.catalog().item(index);
    return item == null ? null : item.id();
  }

  /** When the period at {@code i} begins, of which the last holds now. */
  private static long start(long now, long length, int periods, int i) {
    return (now / length - (periods - 1) + i) * length;
  }

  private static ItemPeriod period(long start, int shown, int clicks) {
    return ItemPeriod.newBuilder()
        .setStart(Timestamps.fromMillis(start))
        .setShown(shown)
        .setClicks(clicks)
        .build();
  }
}
