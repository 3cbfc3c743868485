package dev.dolmen.server.api;

import dev.dolmen.trainer.ingest.Ingest;
import dev.dolmen.trainer.learn.LiveState;
import dev.dolmen.trainer.log.LogAppend;
import dev.dolmen.v1.DeleteItemsRequest;
import dev.dolmen.v1.DeleteItemsResponse;
import dev.dolmen.v1.PatchItemsRequest;
import dev.dolmen.v1.UpsertItemsRequest;
import dev.dolmen.v1.UpsertItemsResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Keeps the catalogue. A change is logged, then applied, then acknowledged, so that whoever got the
 * answer reads their own writes. If applying takes longer than a bound, the answer comes first:
 * such answers are counted.
 */
final class CatalogEndpoint extends CatalogReads {
  /** How long an answer waits for its change to be applied. */
  private static final Duration APPLY_WAIT_MAX = Duration.ofSeconds(5);

  private final Validation validation;
  private final KnownKeys keys;
  private final CutValues cut;
  private final Ingest ingest;
  private final Duration atMost;
  private final Counter unapplied;

  /**
   * @param rankers that a request for recommendations may name
   * @param atMost how long a batch waits for the trainer to catch up
   */
  CatalogEndpoint(
      Validation validation,
      KnownKeys keys,
      CutValues cut,
      LiveState live,
      List<String> rankers,
      Ingest ingest,
      Duration atMost,
      MeterRegistry meters) {
    super(live, rankers);
    this.validation = validation;
    this.keys = keys;
    this.cut = cut;
    this.ingest = ingest;
    this.atMost = atMost;
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
    private final ItemChanges changes = changes(() -> BackPressure.awaitCapacity(ingest));

    Upserting(ServerCallStreamObserver<UpsertItemsResponse> call) {
      this.call = call;
    }

    @Override
    public void onNext(UpsertItemsRequest request) {
      changes.upsert(request);
      call.request(1);
    }

    @Override
    public void onError(Throwable cancelled) {
      // The caller is gone; what was logged stays.
    }

    @Override
    public void onCompleted() {
      call.onNext(applied(changes.end()));
      call.onCompleted();
    }
  }

  @Override
  public void upsertItemsBatch(
      UpsertItemsRequest request, StreamObserver<UpsertItemsResponse> out) {
    ItemChanges changes = batch();
    changes.upsert(request);
    out.onNext(applied(changes.end()));
    out.onCompleted();
  }

  @Override
  public void patchItems(PatchItemsRequest request, StreamObserver<UpsertItemsResponse> out) {
    ItemChanges changes = batch();
    changes.patch(request);
    out.onNext(applied(changes.end()));
    out.onCompleted();
  }

  private ItemChanges batch() {
    return changes(() -> BackPressure.awaitCapacity(ingest, atMost));
  }

  private ItemChanges changes(Runnable capacity) {
    return new ItemChanges(validation, keys, cut, ingest, capacity);
  }

  private UpsertItemsResponse applied(UpsertItemsResponse changed) {
    awaitApplied(changed.getUpserted(), changed.getLogOffset());
    return changed;
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
