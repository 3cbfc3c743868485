package dev.dolmen.traffic.drill.callers;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.dolmen.traffic.demo.ShopEvents;
import dev.dolmen.traffic.generator.ArrivalSchedule;
import dev.dolmen.traffic.generator.Connection;
import dev.dolmen.v1.Acknowledgement;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.PublishRequest;
import dev.dolmen.v1.PublishResponse;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.RecommendResponse;
import dev.dolmen.v1.SessionContext;
import dev.dolmen.v1.SessionEvent;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * A shop that goes on as always: recommendations, events and probes at their rates, whether or not
 * what was asked before has been answered (open loop). One thread for each of the three.
 */
final class GoodClient implements AutoCloseable {
  /** What a client of each kind waits for an event's acknowledgement, and a kubelet for a probe. */
  static final Duration PATIENCE = Duration.ofSeconds(1);

  private static final double EVENTS_PER_SECOND = 20;
  private static final double PROBES_PER_SECOND = 10;
  private static final int SESSION_EVENTS = 3;
  private static final int K = 20;

  private final Connection connection;
  private final int metricsPort;
  private final ShopEvents shop;
  private final Duration deadline;
  private final List<Thread> threads = new ArrayList<>();
  private volatile GoodFigures figures = GoodFigures.none();
  private volatile boolean over;

  /**
   * Begins at once.
   *
   * @param connection its own, closed with it
   * @param shop of its events; used by this client alone from now on
   * @param rate recommendations a second
   * @param deadline of each
   */
  GoodClient(
      Connection connection,
      int metricsPort,
      ShopEvents shop,
      double rate,
      Duration deadline,
      long seed) {
    this.connection = connection;
    this.metricsPort = metricsPort;
    this.shop = shop;
    this.deadline = deadline;
    List<FeedbackEvent> first = clicks(SESSION_EVENTS);
    Deque<FeedbackEvent> last = new ArrayDeque<>(first);
    at(rate, seed, () -> recommend(last));
    at(EVENTS_PER_SECOND, seed + 1, () -> publish(last));
    at(PROBES_PER_SECOND, seed + 2, () -> Thread.startVirtualThread(this::probe));
  }

  private List<FeedbackEvent> clicks(int number) {
    List<FeedbackEvent> clicks = new ArrayList<>();
    for (int i = 0; i < number; i++) {
      clicks.add(shop.next());
    }
    return clicks;
  }

  private void at(double rate, long seed, Runnable call) {
    ArrivalSchedule times = new ArrivalSchedule(System.nanoTime(), rate, seed);
    threads.add(
        Thread.ofPlatform()
            .daemon()
            .name("good-client-" + threads.size())
            .start(() -> {
              try {
                while (!over) {
                  ArrivalSchedule.await(times.nextNanos());
                  call.run();
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            }));
  }

  private void recommend(Deque<FeedbackEvent> last) {
    SessionContext.Builder session = SessionContext.newBuilder();
    synchronized (last) {
      for (FeedbackEvent event : last) {
        session.addEvents(SessionEvent.newBuilder().setItemId(event.getItemId()));
      }
    }
    RecommendRequest request = RecommendRequest.newBuilder().setK(K).setSession(session).build();
    connection
        .recommendations()
        .withDeadlineAfter(deadline.toNanos(), TimeUnit.NANOSECONDS)
        .recommend(
            request,
            new Watch<RecommendResponse>(
                figures.calls(), deadline, answer -> answer.getItemsCount() > 0));
  }

  private void publish(Deque<FeedbackEvent> last) {
    FeedbackEvent event = shop.next();
    synchronized (last) {
      last.removeFirst();
      last.addLast(event);
    }
    connection
        .feedback()
        .withDeadlineAfter(PATIENCE.toNanos(), TimeUnit.NANOSECONDS)
        .publishBatch(
            PublishRequest.newBuilder().addEvents(event).build(),
            new Watch<>(figures.events(), PATIENCE, GoodClient::isAccepted));
  }

  private static boolean isAccepted(PublishResponse response) {
    return response.getAcknowledgementsList().stream()
        .allMatch(ack -> ack.getStatus() == Acknowledgement.Status.STATUS_ACCEPTED);
  }

  /** As a kubelet does: a connection of its own, and no patience. */
  private void probe() {
    Answers probes = figures.probes();
    probes.ask();
    long start = System.nanoTime();
    int patienceMs = (int) PATIENCE.toMillis();
    try (Socket socket = new Socket()) {
      socket.connect(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), metricsPort), patienceMs);
      socket.setSoTimeout(patienceMs);
      socket
          .getOutputStream()
          .write(
              "GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                  .getBytes(US_ASCII));
      byte[] status = socket.getInputStream().readNBytes("HTTP/1.1 200".length());
      long took = System.nanoTime() - start;
      if (new String(status, US_ASCII).endsWith(" 200") && took <= PATIENCE.toNanos()) {
        probes.answer(took);
      }
    } catch (IOException e) {
      return; // Not answered: that is counted.
    }
  }

  /** Lets the figures begin. */
  void begin() {
    figures = GoodFigures.none();
  }

  /** Figures since the beginning; calls sent after this belong to others. */
  GoodFigures end() throws InterruptedException {
    GoodFigures ended = figures;
    figures = GoodFigures.none();
    Thread.sleep(PATIENCE); // The last ones may have so long.
    return ended;
  }

  /** Waits until a second of calls has been answered; false if that takes too long. */
  boolean awaitAnswers(Duration longest) throws InterruptedException {
    long until = System.nanoTime() + longest.toNanos();
    while (System.nanoTime() < until) {
      begin();
      Thread.sleep(1_000);
      if (end().answeredShare() == 1) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void close() {
    over = true;
    threads.forEach(Thread::interrupt);
    connection.close();
  }

  /** Counts one call, and its answer if that is good and in time. */
  private static final class Watch<T> implements StreamObserver<T> {
    private final Answers answers;
    private final Duration deadline;
    private final Predicate<T> good;
    private final long start = System.nanoTime();

    Watch(Answers answers, Duration deadline, Predicate<T> good) {
      this.answers = answers;
      this.deadline = deadline;
      this.good = good;
      answers.ask();
    }

    @Override
    public void onNext(T answer) {
      long took = System.nanoTime() - start;
      if (good.test(answer) && took <= deadline.toNanos()) {
        answers.answer(took);
      }
    }

    @Override
    public void onError(Throwable t) {
      // Not answered: that is counted.
    }

    @Override
    public void onCompleted() {
      // The answer was the message.
    }
  }
}
