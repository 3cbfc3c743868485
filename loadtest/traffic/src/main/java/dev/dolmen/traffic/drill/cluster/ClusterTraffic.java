package dev.dolmen.traffic.drill.cluster;

import dev.dolmen.traffic.demo.ShopEvents;
import dev.dolmen.traffic.drill.cluster.ClusterProcesses.Member;
import dev.dolmen.traffic.generator.ArrivalSchedule;
import dev.dolmen.v1.Acknowledgement;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.PublishRequest;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.SessionContext;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A caller that knows the addresses of all servers: what one does not take, the next is asked,
 * within a deadline each. Some threads send events, each again until it is acknowledged;
 * recommendations are asked for open loop, and a request that no address answers within five
 * seconds has failed.
 */
final class ClusterTraffic implements AutoCloseable {
  private static final int EVENTS_PER_CALL = 10;
  private static final double EVENTS_PER_SENDER = 250;
  private static final double REQUESTS_PER_SECOND = 50;
  private static final long DEADLINE_MS = 2_000;
  private static final Duration FINISHED_WITHIN = Duration.ofMinutes(1);

  /** Without an answer of any address for so long, a request has failed. */
  private static final long ANSWERED_WITHIN_MS = 5_000;

  /** Pause when an address has not answered, before the next is asked. */
  private static final int PAUSE_MS = 20;

  /**
   * Pause when an address has too much to do: as its refusals say ({@code RetryInfo}), and twice as
   * long each time. Callers who do not wait keep a server busy with refusing them.
   */
  private static final int REFUSED_PAUSE_MS = 100;

  private static final int REFUSED_PAUSE_MS_MAX = 1_000;

  private static final int MOST_SHOWN = 80;

  private final List<Member> servers;
  private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
  private final AtomicLong requests = new AtomicLong();
  private final AtomicLong failedRequests = new AtomicLong();
  private final Map<String, Integer> lastAnswers = new ConcurrentHashMap<>();
  private final AtomicInteger pendingRequests = new AtomicInteger();
  private final AtomicInteger turn = new AtomicInteger();
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean running = true;
  private volatile String session = "";
  private volatile @Nullable String failure;

  /**
   * Begins to send.
   *
   * @param name of these visitors, whom nobody knows yet
   * @param servers as many as there are at any time
   */
  ClusterTraffic(String name, List<Member> servers, double eventsPerSecond) {
    this.servers = servers;
    int senders = (int) Math.ceil(eventsPerSecond / EVENTS_PER_SENDER);
    double callsPerSecond = eventsPerSecond / EVENTS_PER_CALL / senders;
    for (int i = 0; i < senders; i++) {
      // The shop follows from the seed, so all have the same.
      ShopEvents events = new ShopEvents(name + "-" + i, ClusterDrill.SHOP_SEED);
      long seed = i;
      start("cluster-events", () -> publish(events, callsPerSecond, seed));
    }
    start("cluster-requests", this::ask);
  }

  /** What a thread does until it is interrupted. */
  @FunctionalInterface
  private interface Work {
    void run() throws InterruptedException;
  }

  private void start(String name, Work work) {
    threads.add(
        Thread.ofPlatform()
            .daemon()
            .name(name)
            .start(() -> {
              try {
                work.run();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              } catch (RuntimeException e) {
                failure = e.toString();
              }
            }));
  }

  private void publish(ShopEvents events, double callsPerSecond, long seed)
      throws InterruptedException {
    ArrivalSchedule times = new ArrivalSchedule(System.nanoTime(), callsPerSecond, seed);
    while (running) {
      ArrivalSchedule.await(times.nextNanos());
      List<FeedbackEvent> batch = new ArrayList<>();
      for (int i = 0; i < EVENTS_PER_CALL; i++) {
        batch.add(events.next());
      }
      session = batch.getFirst().getSessionId();
      publish(batch);
    }
  }

  /** Until all of it is acknowledged, by whichever server. */
  private void publish(List<FeedbackEvent> left) throws InterruptedException {
    for (int at = turn.getAndIncrement(); !left.isEmpty(); at++) {
      try {
        List<Acknowledgement> acks =
            server(at)
                .connection()
                .feedbackBlocking()
                .withDeadlineAfter(DEADLINE_MS, TimeUnit.MILLISECONDS)
                .publishBatch(PublishRequest.newBuilder().addAllEvents(left).build())
                .getAcknowledgementsList();
        for (Acknowledgement ack : acks) {
          take(ack, left);
        }
      } catch (StatusRuntimeException e) {
        Thread.sleep(10); // The next address takes it, or this one later.
      }
    }
  }

  private void take(Acknowledgement ack, List<FeedbackEvent> left) {
    switch (ack.getStatus()) {
      case STATUS_ACCEPTED, STATUS_DUPLICATE -> {
        acknowledged.add(ack.getEventId());
        left.removeIf(event -> event.getEventId().equals(ack.getEventId()));
      }
      case STATUS_UNAVAILABLE -> {}
      default -> throw new IllegalStateException("refused: " + ack);
    }
  }

  /** What one address does not answer, the next one is asked. */
  private Member server(int at) {
    List<Member> now = List.copyOf(servers);
    return now.get(Math.floorMod(at, now.size()));
  }

  private void ask() throws InterruptedException {
    ArrivalSchedule times = new ArrivalSchedule(System.nanoTime(), REQUESTS_PER_SECOND, 2);
    while (running) {
      ArrivalSchedule.await(times.nextNanos());
      if (!session.isEmpty()) {
        requests.incrementAndGet();
        pendingRequests.incrementAndGet();
        Thread.ofVirtual().start(this::askOnce);
      }
    }
  }

  private void askOnce() {
    try {
      if (!answered()) {
        failedRequests.incrementAndGet();
      }
    } finally {
      pendingRequests.decrementAndGet();
    }
  }

  private boolean answered() {
    RecommendRequest request =
        RecommendRequest.newBuilder()
            .setSession(SessionContext.newBuilder().setSessionId(session))
            .setK(10)
            .build();
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ANSWERED_WITHIN_MS);
    String last = "not asked";
    int refusedPauseMs = REFUSED_PAUSE_MS;
    for (int at = turn.getAndIncrement(); System.nanoTime() < end; at++) {
      try {
        var _ =
            server(at)
                .connection()
                .recommendationsBlocking()
                .withDeadlineAfter(DEADLINE_MS, TimeUnit.MILLISECONDS)
                .recommend(request);
        return true;
      } catch (StatusRuntimeException e) {
        last = server(at).name() + ": " + e.getStatus().getCode() + ": " + shown(e);
        boolean refused = e.getStatus().getCode() == Status.Code.RESOURCE_EXHAUSTED;
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(refused ? refusedPauseMs : PAUSE_MS));
        refusedPauseMs =
            refused ? Math.min(2 * refusedPauseMs, REFUSED_PAUSE_MS_MAX) : refusedPauseMs;
      }
    }
    var _ = lastAnswers.merge(last, 1, Integer::sum);
    return false;
  }

  private static String shown(StatusRuntimeException e) {
    String text = String.valueOf(e.getStatus().getDescription());
    return text.substring(0, Math.min(text.length(), MOST_SHOWN));
  }

  /** What the last address said to requests that failed, and how often. */
  Map<String, Integer> lastAnswers() {
    return Map.copyOf(lastAnswers);
  }

  /** Ids of all events acknowledged so far; a view. */
  Set<String> acknowledged() {
    return acknowledged;
  }

  long requests() {
    return requests.get();
  }

  long failedRequests() {
    return failedRequests.get();
  }

  /**
   * Sends no more, when what was sent is acknowledged and answered.
   *
   * @throws IOException if that does not come to be
   */
  void finish() throws IOException, InterruptedException {
    running = false;
    long end = System.nanoTime() + FINISHED_WITHIN.toNanos();
    for (Thread thread : threads) {
      if (!thread.join(Duration.ofNanos(Math.max(1, end - System.nanoTime())))) {
        throw new IOException("events are not acknowledged within " + FINISHED_WITHIN);
      }
    }
    while (pendingRequests.get() > 0 && System.nanoTime() < end) {
      Thread.sleep(5);
    }
    String problem = failure;
    if (problem != null) {
      throw new IOException(problem);
    }
  }

  @Override
  public void close() {
    running = false;
    threads.forEach(Thread::interrupt);
  }
}
