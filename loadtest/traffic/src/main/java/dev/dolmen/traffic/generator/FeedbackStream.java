package dev.dolmen.traffic.generator;

import dev.dolmen.v1.Acknowledgement;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.FeedbackServiceGrpc;
import dev.dolmen.v1.PublishRequest;
import dev.dolmen.v1.PublishResponse;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One {@code FeedbackService.Publish} stream with at most {@code window} events sent and not yet
 * acknowledged: {@link #send} waits when the window is full, {@link #trySend} says so. One thread
 * sends; acknowledgements arrive on gRPC's threads. An event that is refused, or a stream that
 * breaks, fails the stream: every later call throws what happened.
 */
public final class FeedbackStream implements AutoCloseable {
  /** Told of every acknowledgement, on a thread of gRPC. */
  @FunctionalInterface
  public interface Listener {
    /**
     * The server has answered for one event.
     *
     * @param intendedNanos when the event was meant to be sent, as given
     */
    void acknowledged(Acknowledgement acknowledgement, long intendedNanos);
  }

  private static final int DEADLINE_SEC = 120;

  private final int window;
  private final int batch;
  private final Listener listener;
  private final Semaphore permits;
  private final StreamObserver<PublishRequest> requests;
  private final Queue<Long> intended = new ArrayDeque<>();
  private final List<FeedbackEvent> pending = new ArrayList<>();
  private final CountDownLatch ended = new CountDownLatch(1);
  private final AtomicLong accepted = new AtomicLong();
  private final AtomicLong duplicates = new AtomicLong();
  private final AtomicLong lastOffset = new AtomicLong();
  private volatile @Nullable String failure;

  /**
   * @param window events sent and not acknowledged at most
   * @param batch events of a message at most
   */
  public FeedbackStream(
      FeedbackServiceGrpc.FeedbackServiceStub stub, int window, int batch, Listener listener) {
    this.window = window;
    this.batch = Math.min(batch, window);
    this.listener = listener;
    permits = new Semaphore(window);
    requests = stub.publish(new Acknowledgements());
  }

  /** Sends an event, waiting for room in the window; messages go out when they are full. */
  public void send(FeedbackEvent event, long intendedNanos)
      throws IOException, InterruptedException {
    check();
    if (!permits.tryAcquire()) {
      flush();
      acquire(1);
    }
    add(event, intendedNanos);
  }

  /** Sends an event if there is room in the window. */
  public boolean trySend(FeedbackEvent event, long intendedNanos) throws IOException {
    check();
    if (!permits.tryAcquire()) {
      return false;
    }
    add(event, intendedNanos);
    return true;
  }

  private void add(FeedbackEvent event, long intendedNanos) throws IOException {
    synchronized (intended) {
      intended.add(intendedNanos);
    }
    pending.add(event);
    if (pending.size() >= batch) {
      flush();
    }
  }

  /** Sends what waits for its message to be full. */
  public void flush() throws IOException {
    if (pending.isEmpty()) {
      return;
    }
    PublishRequest request = PublishRequest.newBuilder().addAllEvents(pending).build();
    pending.clear();
    try {
      requests.onNext(request);
    } catch (IllegalStateException e) {
      check();
      throw new IOException("the feedback stream ended", e);
    }
  }

  /** Sends what is pending and waits until everything is acknowledged. */
  public void drain() throws IOException, InterruptedException {
    flush();
    acquire(window);
    permits.release(window);
    check();
  }

  private void acquire(int n) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SEC);
    while (!permits.tryAcquire(n, 200, TimeUnit.MILLISECONDS)) {
      check();
      if (System.nanoTime() > deadline) {
        throw new IOException(
            "no acknowledgement within " + DEADLINE_SEC + " s, " + inFlight() + " events wait");
      }
    }
  }

  private void check() throws IOException {
    String problem = failure;
    if (problem != null) {
      throw new IOException(problem);
    }
  }

  /** Events sent and not acknowledged. */
  public int inFlight() {
    return window - permits.availablePermits();
  }

  /** Events accepted. */
  public long accepted() {
    return accepted.get();
  }

  /** Events that the server had accepted before. */
  public long duplicates() {
    return duplicates.get();
  }

  /** Largest log offset acknowledged. */
  public long lastOffset() {
    return lastOffset.get();
  }

  /** Ends the stream; what was not acknowledged before may be lost. */
  @Override
  public void close() {
    try {
      requests.onCompleted();
    } catch (IllegalStateException e) {
      return; // The server has ended the stream already.
    }
    try {
      if (!ended.await(5, TimeUnit.SECONDS)) {
        requests.onError(Status.CANCELLED.asRuntimeException());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IllegalStateException e) {
      return; // Half-closed already; the channel's end ends it.
    }
  }

  private final class Acknowledgements implements StreamObserver<PublishResponse> {
    @Override
    public void onNext(PublishResponse response) {
      for (Acknowledgement ack : response.getAcknowledgementsList()) {
        long sent = takeIntended();
        switch (ack.getStatus()) {
          case STATUS_ACCEPTED -> {
            accepted.incrementAndGet();
            lastOffset.accumulateAndGet(ack.getLogOffset(), Math::max);
          }
          case STATUS_DUPLICATE -> duplicates.incrementAndGet();
          default ->
              failure =
                  "event "
                      + ack.getEventId()
                      + " "
                      + ack.getStatus()
                      + ": "
                      + ack.getField()
                      + ": "
                      + ack.getMessage();
        }
        listener.acknowledged(ack, sent);
      }
      permits.release(response.getAcknowledgementsCount());
    }

    private long takeIntended() {
      synchronized (intended) {
        Long sent = intended.poll();
        return sent == null ? System.nanoTime() : sent;
      }
    }

    @Override
    public void onError(Throwable t) {
      failure = "the feedback stream broke: " + Status.fromThrowable(t);
      ended.countDown();
    }

    @Override
    public void onCompleted() {
      ended.countDown();
    }
  }
}
