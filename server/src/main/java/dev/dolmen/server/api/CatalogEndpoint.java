package dev.dolmen.server.api;

import dev.dolmen.trainer.Ingest;
import dev.dolmen.trainer.LiveState;
import dev.dolmen.trainer.catalog.CatalogFullException;
import dev.dolmen.trainer.catalog.CatalogItem;
import dev.dolmen.trainer.log.LogAppend;
import dev.dolmen.v1.CatalogServiceGrpc;
import dev.dolmen.v1.DeleteItemsRequest;
import dev.dolmen.v1.DeleteItemsResponse;
import dev.dolmen.v1.GetItemRequest;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.ItemError;
import dev.dolmen.v1.ListItemsRequest;
import dev.dolmen.v1.ListItemsResponse;
import dev.dolmen.v1.UpsertItemsRequest;
import dev.dolmen.v1.UpsertItemsResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * Keeps the catalogue. A change is logged, then applied, then acknowledged, so that whoever got the
 * answer reads their own writes. If applying takes longer than a bound, the answer comes first:
 * such answers are counted.
 */
final class CatalogEndpoint extends CatalogServiceGrpc.CatalogServiceImplBase {
  private static final int ITEMS_MAX = 10_000;
  private static final int ERRORS_MAX = 100;
  private static final int PAGE_DEFAULT = 100;
  private static final int PAGE_MAX = 1_000;

  /** A page ends before it would be larger than this. */
  private static final int PAGE_BYTES_MAX = 3 << 20;

  /** Changes under way to the log between two messages of a stream. */
  private static final int IN_FLIGHT_MAX = 1_024;

  /** How long an answer waits for its change to be applied. */
  private static final Duration APPLY_WAIT_MAX = Duration.ofSeconds(5);

  private final Validation validation;
  private final LiveState live;
  private final Ingest ingest;
  private final Counter unapplied;

  CatalogEndpoint(Validation validation, LiveState live, Ingest ingest, MeterRegistry meters) {
    this.validation = validation;
    this.live = live;
    this.ingest = ingest;
    unapplied =
        Counter.builder("dolmen.catalog.unapplied.answers")
            .description("Catalogue changes acknowledged before they were visible")
            .register(meters);
  }

  @Override
  public StreamObserver<UpsertItemsRequest> upsertItems(StreamObserver<UpsertItemsResponse> out) {
    ServerCallStreamObserver<UpsertItemsResponse> call =
        (ServerCallStreamObserver<UpsertItemsResponse>) out;
    call.disableAutoRequest();
    call.request(1);
    return new Upserting(call);
  }

  /** One stream; gRPC calls it from one thread at a time. */
  private final class Upserting implements StreamObserver<UpsertItemsRequest> {
    private final ServerCallStreamObserver<UpsertItemsResponse> call;
    private final UpsertItemsResponse.Builder response = UpsertItemsResponse.newBuilder();
    private final ArrayDeque<LogAppend> inFlight = new ArrayDeque<>();
    private long read;
    private long offset;

    Upserting(ServerCallStreamObserver<UpsertItemsResponse> call) {
      this.call = call;
    }

    @Override
    public void onNext(UpsertItemsRequest request) {
      ingest.checkOpen();
      int n = request.getItemsCount();
      if (n == 0 || n > ITEMS_MAX) {
        throw Fields.invalid("items", n + " items, expected 1 to " + ITEMS_MAX);
      }
      for (Item item : request.getItemsList()) {
        if (read % BackPressure.EVERY_RECORDS == 0) {
          BackPressure.awaitCapacity(ingest);
        }
        upsert(item);
        read++;
      }
      awaitAllBut(IN_FLIGHT_MAX);
      call.request(1);
    }

    /** Waits until the log holds all but the last {@code n} changes. */
    private void awaitAllBut(int n) {
      while (inFlight.size() > n) {
        offset = inFlight.remove().await();
      }
    }

    private void upsert(Item item) {
      try {
        validation.item(item);
        inFlight.add(ingest.beginUpsert(item));
        response.setUpserted(response.getUpserted() + 1);
      } catch (InvalidRequestException e) {
        reject(item, e.field(), e.problem());
      } catch (CatalogFullException e) {
        reject(item, "item_id", String.valueOf(e.getMessage()));
      }
    }

    private void reject(Item item, String field, String message) {
      response.setRejected(response.getRejected() + 1);
      if (response.getErrorsCount() < ERRORS_MAX) {
        response.addErrors(
            ItemError.newBuilder()
                .setIndex(read)
                .setItemId(item.getItemId())
                .setField(field)
                .setMessage(message));
      }
    }

    @Override
    public void onError(Throwable cancelled) {
      // The caller is gone; what was logged stays.
    }

    @Override
    public void onCompleted() {
      awaitAllBut(0);
      awaitApplied(response.getUpserted(), offset);
      call.onNext(response.setLogOffset(offset).build());
      call.onCompleted();
    }
  }

  @Override
  public void deleteItems(DeleteItemsRequest request, StreamObserver<DeleteItemsResponse> out) {
    ingest.checkOpen();
    Fields.itemIds("item_ids", request.getItemIdsList(), 1);
    DeleteItemsResponse.Builder response = DeleteItemsResponse.newBuilder();
    List<LogAppend> inFlight = new ArrayList<>();
    for (String id : request.getItemIdsList()) {
      if (ingest.knows(id)) {
        inFlight.add(ingest.beginDelete(id));
        response.setDeleted(response.getDeleted() + 1);
      } else {
        response.setUnknown(response.getUnknown() + 1);
      }
    }
    inFlight.forEach(append -> response.setLogOffset(append.await()));
    awaitApplied(response.getDeleted(), response.getLogOffset());
    out.onNext(response.build());
    out.onCompleted();
  }

  @Override
  public void getItem(GetItemRequest request, StreamObserver<Item> out) {
    Fields.text("item_id", request.getItemId(), Fields.ITEM_ID_BYTES_MAX);
    CatalogItem item = live.catalog().item(request.getItemId());
    if (item == null) {
      throw Errors.noItem("item_id", request.getItemId());
    }
    out.onNext(item.item());
    out.onCompleted();
  }

  @Override
  public void listItems(ListItemsRequest request, StreamObserver<ListItemsResponse> out) {
    int size = request.getPageSize();
    if (size < 0 || size > PAGE_MAX) {
      throw Fields.invalid(
          "page_size", Integer.toUnsignedString(size) + ", expected 0 to " + PAGE_MAX);
    }
    int wanted = size == 0 ? PAGE_DEFAULT : size;
    int index = pageStart(request.getPageToken());
    int limit = live.catalog().indexLimit();
    ListItemsResponse.Builder page = ListItemsResponse.newBuilder();
    int bytes = 0;
    for (; index < limit && page.getItemsCount() < wanted; index++) {
      CatalogItem item = live.catalog().item(index);
      if (item != null) {
        bytes += item.item().getSerializedSize();
        if (bytes > PAGE_BYTES_MAX && page.getItemsCount() > 0) {
          break;
        }
        page.addItems(item.item());
      }
    }
    if (index < limit) {
      page.setNextPageToken(Integer.toString(index, 36));
    }
    out.onNext(page.build());
    out.onCompleted();
  }

  private static int pageStart(String token) {
    if (token.isEmpty()) {
      return 0;
    }
    int index = -1;
    try {
      index = Integer.parseInt(token, 36);
    } catch (NumberFormatException e) {
      // Refused below.
    }
    if (index < 0) {
      throw Fields.invalid(
          "page_token", Errors.describe(token) + ", expected next_page_token of the page before");
    }
    return index;
  }

  private void awaitApplied(long changes, long offset) {
    if (changes > 0 && !BackPressure.awaitApplied(ingest, offset, APPLY_WAIT_MAX)) {
      unapplied.increment();
    }
  }
}
