package dev.dolmen.traffic.drill.attack;

import dev.dolmen.v1.CatalogServiceGrpc;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.SlotValue;
import dev.dolmen.v1.UpsertItemsRequest;
import dev.dolmen.v1.UpsertItemsResponse;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/** A catalog of large items, one a call, as many as the server takes. */
public final class LargeItems implements Attack {
  private static final int DEADLINE_SEC = 60;

  private final int callers;
  private final int itemBytes;

  /**
   * @param callers at once
   * @param itemBytes of each item, about
   */
  public LargeItems(int callers, int itemBytes) {
    this.callers = callers;
    this.itemBytes = itemBytes;
  }

  @Override
  public void start(AttackRun run) throws IOException {
    ManagedChannel channel = run.channel();
    String title = "large kettle of steel ".repeat(itemBytes / 22);
    AtomicLong number = new AtomicLong();
    run.repeat(callers, () -> upsert(run, channel, title, number.incrementAndGet()));
  }

  private static void upsert(AttackRun run, ManagedChannel channel, String title, long number)
      throws InterruptedException {
    Item item =
        Item.newBuilder()
            .setItemId("large-" + number)
            .putSlots("title", SlotValue.newBuilder().setToken(title).build())
            .putSlots("brand", SlotValue.newBuilder().setToken("b").build())
            .putSlots("price", SlotValue.newBuilder().setNumber((double) number).build())
            .build();
    run.countSent();
    if (upsert(channel, item).getRejected() > 0) {
      run.countRefused();
    }
  }

  /** Upserts one item; a refusal of the call is thrown as by a blocking stub. */
  static UpsertItemsResponse upsert(ManagedChannel channel, Item item) throws InterruptedException {
    CompletableFuture<UpsertItemsResponse> answer = new CompletableFuture<>();
    StreamObserver<UpsertItemsRequest> requests =
        CatalogServiceGrpc.newStub(channel)
            .withDeadlineAfter(DEADLINE_SEC, TimeUnit.SECONDS)
            .upsertItems(new Answer(answer));
    requests.onNext(UpsertItemsRequest.newBuilder().addItems(item).build());
    requests.onCompleted();
    try {
      return answer.get(2 * DEADLINE_SEC, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw Status.fromThrowable(e).asRuntimeException();
    } catch (TimeoutException e) {
      throw Status.DEADLINE_EXCEEDED.asRuntimeException();
    }
  }

  private record Answer(CompletableFuture<UpsertItemsResponse> answer)
      implements StreamObserver<UpsertItemsResponse> {
    @Override
    public void onNext(UpsertItemsResponse response) {
      answer.complete(response);
    }

    @Override
    public void onError(Throwable t) {
      answer.completeExceptionally(t);
    }

    @Override
    public void onCompleted() {
      answer.completeExceptionally(Status.CANCELLED.asRuntimeException()); // If nothing came.
    }
  }
}
