package dev.dolmen.server.api;

import dev.dolmen.server.trace.CallTrace;
import dev.dolmen.server.trace.CallTraces;
import dev.dolmen.server.trace.Figure;
import dev.dolmen.server.trace.Stage;
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
import java.util.function.Consumer;

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
  private final CallTraces traces;
  private final Counter unapplied;

  /**
   * @param rankers that a request for recommendations may name
   * @param curves how often items were shown and clicked
   * @param atMost how long a batch waits for the trainer to catch up
   * @param traces told how long the log takes, and applying what it holds
   */
  CatalogEndpoint(
      Validation validation,
      KnownKeys keys,
      CutValues cut,
      LiveState live,
      List<String> rankers,
      ItemCurves curves,
      Ingest ingest,
      Duration atMost,
      CallTraces traces,
      MeterRegistry meters) {
    super(live, rankers, curves);
    this.validation = validation;
    this.keys = keys;
    this.cut = cut;
    this.ingest = ingest;
    this.atMost = atMost;
    this.traces = traces;
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
    private final CallTrace trace = traces.current();
    private boolean begun;

    Upserting(ServerCallStreamObserver<UpsertItemsResponse> call) {
      this.call = call;
    }

    @Override
    public void onNext(UpsertItemsRequest request) {
      if (!begun) {
        begun = true;
        trace.enter(Stage.LOG_APPEND);
      }
      changes.upsert(request);
      call.request(1);
    }

    @Override
    public void onError(Throwable cancelled) {
      // The caller is gone; what was logged stays.
    }

    @Override
    public void onCompleted() {
      call.onNext(applied(changes.end(), trace));
      call.onCompleted();
    }
  }

  @Override
  public void upsertItemsBatch(
      UpsertItemsRequest request, StreamObserver<UpsertItemsResponse> out) {
    answer(changes -> changes.upsert(request), out);
  }

  @Override
  public void patchItems(PatchItemsRequest request, StreamObserver<UpsertItemsResponse> out) {
    answer(changes -> changes.patch(request), out);
  }

  private void answer(Consumer<ItemChanges> all, StreamObserver<UpsertItemsResponse> out) {
    CallTrace trace = traces.current();
    trace.enter(Stage.LOG_APPEND);
    ItemChanges changes = changes(() -> BackPressure.awaitCapacity(ingest, atMost));
    all.accept(changes);
    out.onNext(applied(changes.end(), trace));
    out.onCompleted();
  }

  private ItemChanges changes(Runnable capacity) {
    return new ItemChanges(validation, keys, cut, ingest, capacity);
  }

  private UpsertItemsResponse applied(UpsertItemsResponse changed, CallTrace trace) {
    trace.note(Figure.RECORDS, changed.getUpserted() + changed.getRejected());
    awaitApplied(changed.getUpserted(), changed.getLogOffset(), trace);
    return changed;
  }

  @Override
  public void deleteItems(DeleteItemsRequest request, StreamObserver<DeleteItemsResponse> out) {
    ingest.checkOpen();
    Fields.itemIds("item_ids", request.getItemIdsList(), 1);
    CallTrace trace = traces.current();
    trace.note(Figure.RECORDS, request.getItemIdsCount());
    trace.enter(Stage.LOG_APPEND);
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
    awaitApplied(response.getDeleted(), response.getLogOffset(), trace);
    out.onNext(response.build());
    out.onCompleted();
  }

  private void awaitApplied(long changes, long offset, CallTrace trace) {
    trace.enter(Stage.APPLY);
    if (changes > 0 && !BackPressure.awaitApplied(ingest, offset, APPLY_WAIT_MAX)) {
      unapplied.increment();
    }
    trace.leave();
  }
}
