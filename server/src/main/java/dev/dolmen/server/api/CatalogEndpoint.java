package dev.dolmen.server.api;

import dev.dolmen.trainer.catalog.CatalogFullException;
import dev.dolmen.trainer.ingest.Ingest;
import dev.dolmen.trainer.learn.LiveState;
import dev.dolmen.trainer.log.LogAppend;
import dev.dolmen.v1.DeleteItemsRequest;
import dev.dolmen.v1.DeleteItemsResponse;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.ItemError;
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
final class CatalogEndpoint extends CatalogReads {
  private static final int ITEMS_MAX = 10_000;
  private static final int ERRORS_MAX = 100;

  /** Changes under way to the log between two messages of a stream. */
  private static final int IN_FLIGHT_MAX = 1_024;

  /** How long an answer waits for its change to be applied. */
  private static final Duration APPLY_WAIT_MAX = Duration.ofSeconds(5);

  private final Validation validation;
  private final Ingest ingest;
  private final Counter unapplied;

  CatalogEndpoint(Validation validation, LiveState live, Ingest ingest, MeterRegistry meters) {
    super(live);
    this.validation = validation;
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
                .setItemId(Fields.given(item.getItemId(), Fields.ITEM_ID_BYTES_MAX))
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

  private void awaitApplied(long changes, long offset) {
    if (changes > 0 && !BackPressure.awaitApplied(ingest, offset, APPLY_WAIT_MAX)) {
      unapplied.increment();
    }
  }
}
