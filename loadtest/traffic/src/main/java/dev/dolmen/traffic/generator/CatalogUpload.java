package dev.dolmen.traffic.generator;

import dev.dolmen.server.data.DatasetItems;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.ItemError;
import dev.dolmen.v1.StatusResponse;
import dev.dolmen.v1.UpsertItemsRequest;
import dev.dolmen.v1.UpsertItemsResponse;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One {@code CatalogService.UpsertItems} stream, at the pace at which the server takes it. One
 * thread sends.
 */
public final class CatalogUpload {
  private static final int ITEMS_PER_MESSAGE = 500;
  private static final int DEADLINE_SEC = 120;

  private final Connection connection;
  private final Call call = new Call();
  private final List<Item> pending = new ArrayList<>();
  private long sent;

  /** Opens the stream. */
  public CatalogUpload(Connection connection) {
    this.connection = connection;
    connection.catalog().upsertItems(call);
  }

  /** Uploads a few items and waits until they can be recommended. */
  public static UpsertItemsResponse upload(Connection connection, List<Item> items)
      throws IOException, InterruptedException {
    CatalogUpload upload = new CatalogUpload(connection);
    for (Item item : items) {
      upload.add(item);
    }
    return upload.finish();
  }

  /**
   * Uploads the items of a dataset and waits until they can be recommended.
   *
   * @param sent told how many have been sent
   * @return how many there were
   */
  public static long upload(Connection connection, DatasetItems items, LongConsumer sent)
      throws IOException, InterruptedException {
    CatalogUpload upload = new CatalogUpload(connection);
    for (Item item = items.next(); item != null; item = items.next()) {
      upload.add(item);
      sent.accept(upload.sent());
    }
    upload.finish();
    return upload.sent();
  }

  /** Sends an item. */
  public void add(Item item) throws IOException, InterruptedException {
    pending.add(item);
    if (pending.size() == ITEMS_PER_MESSAGE) {
      flush();
    }
  }

  /** Items sent so far. */
  public long sent() {
    return sent;
  }

  private void flush() throws IOException, InterruptedException {
    if (!pending.isEmpty()) {
      call.send(UpsertItemsRequest.newBuilder().addAllItems(pending).build());
      sent += pending.size();
      pending.clear();
    }
  }

  /**
   * Ends the stream and waits until its items can be recommended.
   *
   * @throws IOException if the server refused an item or the stream broke
   */
  public UpsertItemsResponse finish() throws IOException, InterruptedException {
    UpsertItemsResponse response = acknowledged();
    awaitApplied(connection, response.getLogOffset());
    return response;
  }

  /**
   * Ends the stream and waits until its items are in the log, before whatever is published after
   * that.
   *
   * @throws IOException if the server refused an item or the stream broke
   */
  public UpsertItemsResponse acknowledged() throws IOException, InterruptedException {
    flush();
    UpsertItemsResponse response = call.finish();
    if (response.getRejected() > 0) {
      ItemError first = response.getErrors(0);
      throw new IOException(
          response.getRejected()
              + " items refused, the first: item \""
              + first.getItemId()
              + "\", "
              + first.getField()
              + ": "
              + first.getMessage());
    }
    return response;
  }

  /**
   * Waits until what is in the log up to an offset is in the catalogue.
   *
   * @throws IOException if that takes too long
   */
  public static void awaitApplied(Connection connection, long offset) throws IOException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SEC);
    StatusResponse status = connection.status();
    while (status.getAppliedLogOffset() < offset) {
      if (System.nanoTime() > deadline) {
        throw new IOException(
            "catalogue not applied within "
                + DEADLINE_SEC
                + " s: log offset "
                + offset
                + ", applied "
                + status.getAppliedLogOffset());
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
      status = connection.status();
    }
  }

  private static final class Call
      implements ClientResponseObserver<UpsertItemsRequest, UpsertItemsResponse> {
    private final Semaphore ready = new Semaphore(0);
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile @Nullable ClientCallStreamObserver<UpsertItemsRequest> requests;
    private volatile @Nullable UpsertItemsResponse response;
    private volatile @Nullable Status failure;

    @Override
    public void beforeStart(ClientCallStreamObserver<UpsertItemsRequest> stream) {
      requests = stream;
      stream.setOnReadyHandler(ready::release);
    }

    private ClientCallStreamObserver<UpsertItemsRequest> stream() {
      ClientCallStreamObserver<UpsertItemsRequest> stream = requests;
      if (stream == null) {
        throw new IllegalStateException("not started");
      }
      return stream;
    }

    void send(UpsertItemsRequest request) throws IOException, InterruptedException {
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SEC);
      while (!stream().isReady()) {
        check();
        if (!ready.tryAcquire(200, TimeUnit.MILLISECONDS) && System.nanoTime() > deadline) {
          throw new IOException("the server took no items for " + DEADLINE_SEC + " s");
        }
      }
      check();
      stream().onNext(request);
    }

    UpsertItemsResponse finish() throws IOException, InterruptedException {
      check();
      stream().onCompleted();
      if (!ended.await(DEADLINE_SEC, TimeUnit.SECONDS)) {
        throw new IOException("no answer to the upload within " + DEADLINE_SEC + " s");
      }
      check();
      UpsertItemsResponse answer = response;
      if (answer == null) {
        throw new IOException("the upload ended without an answer");
      }
      return answer;
    }

    private void check() throws IOException {
      Status problem = failure;
      if (problem != null) {
        throw new IOException("the upload broke: " + problem);
      }
    }

    @Override
    public void onNext(UpsertItemsResponse value) {
      response = value;
    }

    @Override
    public void onError(Throwable t) {
      failure = Status.fromThrowable(t);
      ended.countDown();
      ready.release();
    }

    @Override
    public void onCompleted() {
      ended.countDown();
    }
  }
}
