package dev.dolmen.server.api;

import com.google.protobuf.util.Timestamps;
import dev.dolmen.trainer.history.ItemFigures;
import dev.dolmen.trainer.history.ItemHistory;
import dev.dolmen.v1.GetItemHistoryRequest;
import dev.dolmen.v1.GetItemHistoryResponse;
import dev.dolmen.v1.ItemPeriod;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;

/** How often an item was shown and clicked over time, as callers are told. Any thread. */
final class ItemCurves {
  private static final long HOUR_MS = TimeUnit.HOURS.toMillis(1);
  private static final long DAY_MS = TimeUnit.DAYS.toMillis(1);

  private final ItemHistory items;
  private final InstantSource clock;

  ItemCurves(ItemHistory items, InstantSource clock) {
    this.items = items;
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
    return answer.build();
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
