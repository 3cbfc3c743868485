package dev.dolmen.traffic.drill.attack;

import dev.dolmen.v1.CatalogServiceGrpc;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.SlotValue;
import dev.dolmen.v1.TokenList;
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

  private static final int TITLE_BYTES = 60_000;
  private static final int LEVEL_BYTES = 500;

  private final int callers;
  private final int levels;

  /**
   * @param callers at once
   * @param levels of each item's path, of 500 bytes each, besides a title of 60 KB
   */
  public LargeItems(int callers, int levels) {
    this.callers = callers;
    this.levels = levels;
  }

  @Override
  public void start(AttackRun run) throws IOException {
    ManagedChannel channel = run.channel();
    Item item = item();
    AtomicLong number = new AtomicLong();
    run.repeat(callers, () -> upsert(run, channel, item, number.incrementAndGet()));
  }

  private Item item() {
    TokenList.Builder path = TokenList.newBuilder();
    for (int i = 0; i < levels; i++) {
      path.addToken("l".repeat(LEVEL_BYTES));
    }
    String words = "kettle ";
    String title = words.repeat(TITLE_BYTES / words.length());
    return Item.newBuilder()
        .setItemId("large")
        .putSlots("category", SlotValue.newBuilder().setPath(path).build())
        .putSlots("title", SlotValue.newBuilder().setToken(title).build())
        .putSlots("brand", SlotValue.newBuilder().setToken("b").build())
        .putSlots("price", SlotValue.newBuilder().setNumber(1).build())
        .build();
  }

  private static void upsert(AttackRun run, ManagedChannel channel, Item large, long number)
      throws InterruptedException {
    Item item = large.toBuilder().setItemId("large-" + number).build();
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
