package dev.dolmen.server.api;

import dev.dolmen.parameterstore.feature.InvalidFeatureException;
import dev.dolmen.trainer.catalog.CatalogFullException;
import dev.dolmen.trainer.ingest.Ingest;
import dev.dolmen.trainer.log.LogAppend;
import dev.dolmen.trainer.log.LogRecordTooLargeException;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.ItemError;
import dev.dolmen.v1.ItemPatch;
import dev.dolmen.v1.PatchItemsRequest;
import dev.dolmen.v1.UpsertItemsRequest;
import dev.dolmen.v1.UpsertItemsResponse;
import java.util.ArrayDeque;
import java.util.function.Supplier;

/**
 * The changes of one call on their way into the log, and what becomes of each: those that are not
 * valid are left out and listed. One thread at a time.
 */
final class ItemChanges {
  private static final int ITEMS_MAX = 10_000;
  private static final int ERRORS_MAX = 100;

  /** Changes under way to the log between two messages of a stream. */
  private static final int IN_FLIGHT_MAX = 1_024;

  private final Validation validation;
  private final KnownKeys keys;
  private final CutValues cut;
  private final Ingest ingest;
  private final Runnable capacity;
  private final UpsertItemsResponse.Builder response = UpsertItemsResponse.newBuilder();
  private final ArrayDeque<LogAppend> inFlight = new ArrayDeque<>();
  private long read;
  private long offset;

  /**
   * @param capacity waits until the trainer is not too far behind
   */
  ItemChanges(
      Validation validation, KnownKeys keys, CutValues cut, Ingest ingest, Runnable capacity) {
    this.validation = validation;
    this.keys = keys;
    this.cut = cut;
    this.ingest = ingest;
    this.capacity = capacity;
  }

  /** Inserts or replaces the items of a message. */
  void upsert(UpsertItemsRequest request) {
    check("items", request.getItemsCount());
    for (Item sent : request.getItemsList()) {
      change(
          sent.getItemId(),
          () -> {
            Item item = keys.item(sent);
            validation.item(item);
            LogAppend append = ingest.beginUpsert(item);
            cut.count(item);
            return append;
          });
    }
    awaitAllBut(IN_FLIGHT_MAX);
  }

  /** Changes parts of items. */
  void patch(PatchItemsRequest request) {
    check("patches", request.getPatchesCount());
    for (ItemPatch patch : request.getPatchesList()) {
      change(patch.getItemId(), () -> begin(patch));
    }
  }

  private LogAppend begin(ItemPatch patch) {
    Fields.text("item_id", patch.getItemId(), Fields.ITEM_ID_BYTES_MAX);
    LogAppend append =
        ingest.beginPatch(
            patch.getItemId(),
            item -> {
              Item patched = keys.item(patched(item, patch));
              validation.item(patched);
              cut.count(patched);
              return patched;
            });
    if (append == null) {
      throw Fields.invalid(
          "item_id",
          Errors.describe(patch.getItemId())
              + " is not in the catalogue, expected an item that was upserted before");
    }
    return append;
  }

  private static Item patched(Item item, ItemPatch patch) {
    Item.Builder patched = item.toBuilder();
    patch.getClearSlotsList().forEach(patched::removeSlots);
    patched.putAllSlots(patch.getSlotsMap());
    return (patch.hasUnavailable() ? patched.setUnavailable(patch.getUnavailable()) : patched)
        .build();
  }

  private void check(String field, int n) {
    ingest.checkOpen();
    if (n == 0 || n > ITEMS_MAX) {
      throw Fields.invalid(field, n + " " + field + ", expected 1 to " + ITEMS_MAX);
    }
  }

  private void change(String itemId, Supplier<LogAppend> begin) {
    if (read % BackPressure.EVERY_RECORDS == 0) {
      capacity.run();
    }
    try {
      inFlight.add(begin.get());
      response.setUpserted(response.getUpserted() + 1);
    } catch (InvalidRequestException e) {
      reject(itemId, e.field(), e.problem());
    } catch (InvalidFeatureException e) {
      InvalidRequestException invalid = InvalidRequestException.of(e);
      reject(itemId, invalid.field(), invalid.problem());
    } catch (CatalogFullException e) {
      reject(itemId, "item_id", String.valueOf(e.getMessage()));
    } catch (LogRecordTooLargeException e) {
      reject(itemId, "item", String.valueOf(e.getMessage()));
    }
    read++;
  }

  private void reject(String itemId, String field, String message) {
    response.setRejected(response.getRejected() + 1);
    if (response.getErrorsCount() < ERRORS_MAX) {
      response.addErrors(
          ItemError.newBuilder()
              .setIndex(read)
              .setItemId(Fields.given(itemId, Fields.ITEM_ID_BYTES_MAX))
              .setField(field)
              .setMessage(message));
    }
  }

  /** Waits until the log holds all but the last {@code n} changes. */
  private void awaitAllBut(int n) {
    while (inFlight.size() > n) {
      offset = inFlight.remove().await();
    }
  }

  /** Waits until the log holds all of them; what became of them. */
  UpsertItemsResponse end() {
    awaitAllBut(0);
    return response.setLogOffset(offset).build();
  }
}
