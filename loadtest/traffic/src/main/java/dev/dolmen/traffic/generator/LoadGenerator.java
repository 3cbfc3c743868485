package dev.dolmen.traffic.generator;

import com.google.protobuf.util.Timestamps;
import dev.dolmen.v1.Acknowledgement;
import dev.dolmen.v1.EventType;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.PublishRequest;
import dev.dolmen.v1.PublishResponse;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.RecommendResponse;
import dev.dolmen.v1.SessionContext;
import dev.dolmen.v1.SessionEvent;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Open-loop load: clicks of random visitors on items of the server's catalogue (few items get most
 * clicks, as in life), and requests for recommendations with the visitor's last clicks inline, at
 * the times of a Poisson process whether or not the server keeps up. Latency counts from the
 * intended time. One thread sends.
 */
public final class LoadGenerator {
  private static final int DEADLINE_SEC = 10;
  private static final int HISTORY = 10;

  /** A tenth of the items gets about half of the clicks. */
  private static final double SKEW = 3.3;

  private final Connection connection;
  private final LoadOptions options;
  private final List<String> items;
  private final SplittableRandom random;
  private final Semaphore inFlight;
  private final List<List<String>> history = new ArrayList<>();
  private final String runId = "load-" + Long.toHexString(System.currentTimeMillis());
  private long number;

  /**
   * Learns the server's items.
   *
   * @throws IOException if the catalogue is empty
   */
  public LoadGenerator(Connection connection, LoadOptions options) throws IOException {
    this.connection = connection;
    this.options = options;
    items = connection.items(options.items()).stream().map(Item::getItemId).toList();
    if (items.isEmpty()) {
      throw new IOException(connection.target() + ": the catalogue is empty, nothing to click");
    }
    random = new SplittableRandom(options.seed());
    inFlight = new Semaphore(options.inFlightMax());
    for (int i = 0; i < options.sessions(); i++) {
      history.add(new ArrayList<>());
    }
  }

  /** Items that are clicked. */
  public int items() {
    return items.size();
  }

  /**
   * Sends for as long as asked, then waits for the last answers.
   *
   * @param progress told the milliseconds passed, about every tenth of a second
   */
  public LoadResult run(LongConsumer progress) throws InterruptedException {
    long start = System.nanoTime();
    CallFigures ignored = new CallFigures();
    send(start, options.warmUpSec(), 0, ignored, ignored, progress);
    CallFigures recommend = new CallFigures();
    CallFigures publish = new CallFigures();
    double counted = options.seconds() - options.warmUpSec();
    long warmUpNanos = (long) (options.warmUpSec() * 1e9);
    send(start + warmUpNanos, counted, options.warmUpSec(), recommend, publish, progress);
    if (inFlight.tryAcquire(options.inFlightMax(), DEADLINE_SEC + 5, TimeUnit.SECONDS)) {
      inFlight.release(options.inFlightMax());
    }
    return new LoadResult(options, counted, recommend.figures(), publish.figures());
  }

  private void send(
      long start,
      double seconds,
      double offsetSec,
      CallFigures recommend,
      CallFigures publish,
      LongConsumer progress)
      throws InterruptedException {
    ArrivalSchedule schedule = new ArrivalSchedule(start, options.rate(), random.nextLong());
    long end = start + (long) (seconds * 1e9);
    long reported = start;
    for (long at = schedule.nextNanos(); at < end; at = schedule.nextNanos()) {
      ArrivalSchedule.await(at);
      if (random.nextDouble() < options.recommendShare()) {
        recommend(at, recommend);
      } else {
        publish(at, publish);
      }
      if (at - reported > 100_000_000L) {
        reported = at;
        progress.accept((long) (offsetSec * 1_000) + (at - start) / 1_000_000);
      }
    }
    ArrivalSchedule.await(end);
  }

  private void recommend(long intended, CallFigures figures) {
    if (!inFlight.tryAcquire()) {
      figures.notSent();
      return;
    }
    List<String> clicked = history.get(random.nextInt(history.size()));
    SessionContext.Builder session = SessionContext.newBuilder();
    for (String item : clicked.isEmpty() ? List.of(item()) : clicked) {
      session.addEvents(SessionEvent.newBuilder().setItemId(item));
    }
    figures.sent();
    connection
        .recommendations()
        .withDeadlineAfter(DEADLINE_SEC, TimeUnit.SECONDS)
        .recommend(
            RecommendRequest.newBuilder().setSession(session).setK(options.k()).build(),
            new Answer<RecommendResponse>(intended, figures, r -> null));
  }

  private void publish(long intended, CallFigures figures) {
    if (!inFlight.tryAcquire()) {
      figures.notSent();
      return;
    }
    int visitor = random.nextInt(history.size());
    List<String> clicked = history.get(visitor);
    if (clicked.size() == HISTORY) {
      clicked.removeFirst();
    }
    String item = item();
    clicked.add(item);
    FeedbackEvent event =
        FeedbackEvent.newBuilder()
            .setEventId(runId + "/" + number++)
            .setSessionId(runId + "-" + visitor)
            .setItemId(item)
            .setType(EventType.EVENT_TYPE_CLICK)
            .setTime(Timestamps.fromMillis(System.currentTimeMillis()))
            .build();
    figures.sent();
    connection
        .feedback()
        .withDeadlineAfter(DEADLINE_SEC, TimeUnit.SECONDS)
        .publishBatch(
            PublishRequest.newBuilder().addEvents(event).build(),
            new Answer<PublishResponse>(intended, figures, LoadGenerator::refusal));
  }

  private static @Nullable String refusal(PublishResponse response) {
    Acknowledgement.Status status = response.getAcknowledgements(0).getStatus();
    return status == Acknowledgement.Status.STATUS_ACCEPTED ? null : status.name();
  }

  private String item() {
    return items.get((int) (items.size() * Math.pow(random.nextDouble(), SKEW)));
  }

  /** Tells what an answer refuses; null if it is fine. */
  @FunctionalInterface
  private interface Refusal<T> {
    @Nullable String of(T answer);
  }

  private final class Answer<T> implements StreamObserver<T> {
    private final long intended;
    private final CallFigures figures;
    private final Refusal<T> refusal;

    Answer(long intended, CallFigures figures, Refusal<T> refusal) {
      this.intended = intended;
      this.figures = figures;
      this.refusal = refusal;
    }

    @Override
    public void onNext(T answer) {
      String refused = refusal.of(answer);
      if (refused == null) {
        figures.answered(System.nanoTime() - intended);
      } else {
        figures.failed(refused);
      }
    }

    @Override
    public void onError(Throwable t) {
      figures.failed(Status.fromThrowable(t).getCode().name());
      inFlight.release();
    }

    @Override
    public void onCompleted() {
      inFlight.release();
    }
  }
}
