package dev.dolmen.traffic.demo;

import dev.dolmen.traffic.generator.ArrivalSchedule;
import dev.dolmen.traffic.generator.Connection;
import dev.dolmen.traffic.generator.FeedbackStream;
import dev.dolmen.traffic.generator.FreshnessProbe;
import dev.dolmen.traffic.generator.LatencyRecorder;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.RecommendResponse;
import dev.dolmen.v1.ScoredItem;
import dev.dolmen.v1.SessionContext;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The visitors' traffic: clicks and requests for recommendations, each at the times of an open-loop
 * schedule of its own, by a thread of its own. A click that finds {@value #WINDOW} others
 * unacknowledged and a request that finds {@value #IN_FLIGHT_MAX} others unanswered are not sent
 * but counted.
 */
final class DemoTraffic implements AutoCloseable {
  private static final int WINDOW = 20_000;
  private static final int IN_FLIGHT_MAX = 512;
  private static final int K = 20;
  private static final int DEADLINE_SEC = 10;
  private static final long KNOWN_AFTER_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private final Connection connection;
  private final VisitorModel visitors;
  private final DemoOptions options;
  private final String runId;
  private final SplittableRandom random;
  private final List<VisitorSession> present = new ArrayList<>();
  private final Semaphore inFlight = new Semaphore(IN_FLIGHT_MAX);
  private final AtomicLong clicks = new AtomicLong();
  private final AtomicLong answers = new AtomicLong();
  private final AtomicLong notSent = new AtomicLong();
  private final AtomicLong errors = new AtomicLong();
  private final LatencyRecorder requestLatency = new LatencyRecorder();
  private final LatencyRecorder publishLatency = new LatencyRecorder();
  private final Thread thread;
  private volatile boolean running = true;
  private volatile @Nullable Taste newTaste;
  private volatile FreshnessProbe.@Nullable Click lastClick;
  private volatile @Nullable String failure;

  /** Visitors start to arrive. */
  DemoTraffic(Connection connection, VisitorModel visitors, DemoOptions options, String runId) {
    this.connection = connection;
    this.visitors = visitors;
    this.options = options;
    this.runId = runId;
    random = new SplittableRandom(options.seed());
    thread = Thread.ofPlatform().daemon().name("visitors").start(this::run);
  }

  private void run() {
    try (FeedbackStream stream =
        new FeedbackStream(
            connection.feedback(),
            WINDOW,
            1,
            (ack, intended) -> {
              clicks.incrementAndGet();
              publishLatency.recordNanos(System.nanoTime() - intended);
            })) {
      for (int i = 0; i < options.visitors(); i++) {
        present.add(visitors.arrive());
      }
      send(stream);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException | RuntimeException e) {
      failure = String.valueOf(e.getMessage());
    }
  }

  private void send(FeedbackStream stream) throws IOException, InterruptedException {
    long start = System.nanoTime();
    ArrivalSchedule clickTimes = new ArrivalSchedule(start, options.rate(), random.nextLong());
    ArrivalSchedule requestTimes =
        new ArrivalSchedule(start, options.recommendRate(), random.nextLong());
    long nextClick = clickTimes.nextNanos();
    long nextRequest = requestTimes.nextNanos();
    while (running) {
      Taste taste = newTaste;
      if (taste != null) {
        visitors.change(taste);
        newTaste = null;
      }
      ArrivalSchedule.await(Math.min(nextClick, nextRequest));
      if (nextClick <= nextRequest) {
        click(stream, nextClick);
        nextClick = clickTimes.nextNanos();
      } else {
        request(nextRequest);
        nextRequest = requestTimes.nextNanos();
      }
    }
    stream.drain();
  }

  private void click(FeedbackStream stream, long intended) throws IOException {
    int place = random.nextInt(present.size());
    VisitorSession session = present.get(place);
    if (session.clicked.isEmpty()) {
      session.firstClickNanos = intended;
    }
    VisitorModel.Click click = visitors.next(session);
    long now = System.currentTimeMillis();
    FeedbackEvent event = click.toEvent(session, now);
    if (!stream.trySend(event, intended)) {
      notSent.incrementAndGet();
    }
    lastClick = new FreshnessProbe.Click(click.product().id(), now);
    if (session.clicksLeft <= 0) {
      present.set(place, visitors.arrive());
    }
  }

  private void request(long intended) {
    VisitorSession session = present.get(random.nextInt(present.size()));
    if (session.clicked.isEmpty() || intended - session.firstClickNanos < KNOWN_AFTER_NANOS) {
      return; // Just arrived: the shop's front page, no recommendations yet.
    }
    if (!inFlight.tryAcquire()) {
      notSent.incrementAndGet();
      return;
    }
    RecommendRequest request =
        RecommendRequest.newBuilder()
            .setSession(
                SessionContext.newBuilder()
                    .setSessionId(session.id)
                    .putContext(ShopSchema.DEVICE, session.device))
            .setK(K)
            .build();
    connection
        .recommendations()
        .withDeadlineAfter(DEADLINE_SEC, TimeUnit.SECONDS)
        .recommend(request, new Answer(session, intended));
  }

  /** From the next click on visitors choose by another taste. */
  void change(Taste taste) {
    newTaste = taste;
  }

  FreshnessProbe.@Nullable Click lastClick() {
    return lastClick;
  }

  /** Clicks acknowledged. */
  long clicks() {
    return clicks.get();
  }

  /** Requests answered. */
  long answers() {
    return answers.get();
  }

  /** Clicks and requests that found too many others waiting. */
  long notSent() {
    return notSent.get();
  }

  /** Requests that failed. */
  long errors() {
    return errors.get();
  }

  /** From the intended send time of a request to its answer. */
  LatencyRecorder requestLatency() {
    return requestLatency;
  }

  /** From the intended send time of a click to its acknowledgement. */
  LatencyRecorder publishLatency() {
    return publishLatency;
  }

  /**
   * Checks that traffic flows.
   *
   * @throws IOException if it broke
   */
  void check() throws IOException {
    String problem = failure;
    if (problem != null) {
      throw new IOException("run " + runId + ": " + problem);
    }
  }

  /** No more visitors; waits until everything sent is acknowledged. */
  @Override
  public void close() {
    running = false;
    try {
      thread.join(TimeUnit.SECONDS.toMillis(30));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private final class Answer implements StreamObserver<RecommendResponse> {
    private final VisitorSession session;
    private final long intended;

    Answer(VisitorSession session, long intended) {
      this.session = session;
      this.intended = intended;
    }

    @Override
    public void onNext(RecommendResponse response) {
      requestLatency.recordNanos(System.nanoTime() - intended);
      answers.incrementAndGet();
      session.show(
          new VisitorSession.Shown(
              response.getRequestId(),
              response.getItemsList().stream().map(ScoredItem::getItemId).toList()));
    }

    @Override
    public void onError(Throwable t) {
      errors.incrementAndGet();
      inFlight.release();
    }

    @Override
    public void onCompleted() {
      inFlight.release();
    }
  }
}
