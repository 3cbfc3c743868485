package dev.dolmen.traffic.drill;

import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.traffic.demo.ShopEvents;
import dev.dolmen.traffic.generator.ArrivalSchedule;
import dev.dolmen.traffic.generator.Connection;
import dev.dolmen.traffic.generator.FeedbackStream;
import dev.dolmen.traffic.generator.Stall;
import dev.dolmen.v1.Acknowledgement;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.SessionContext;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A publisher that gives up nothing: an event is sent, again after every broken connection, until
 * it is acknowledged. One thread sends; the ids that were acknowledged are kept.
 */
final class DrillTraffic implements AutoCloseable {
  private static final Duration ANSWERED_WITHIN = Duration.ofSeconds(30);
  private static final double EVENTS_PER_SECOND = 1_000;

  /** Without an acknowledgement for so long, the server is given up. */
  private static final Duration STALLED = Duration.ofSeconds(60);

  /** Events between two recommendations, for {@link DrillKind#CLOCK_JUMP}. */
  private static final int ASKED_EVERY = 20;

  private static final int WINDOW = 512;
  private static final int RETRY_MS = 20;

  /** Events among which {@link DrillKind#REORDER} shuffles: about three seconds. */
  private static final int SHUFFLED = 3_000;

  /** Events after which {@link DrillKind#DUPLICATE} sends one again. */
  private static final int AGAIN_AFTER = 700;

  private final ShopEvents events;
  private final DrillKind kind;
  private final int port;
  private final Random random;
  private final double eventsPerSecond;
  private final ArrayDeque<FeedbackEvent> waiting = new ArrayDeque<>();
  private final ArrayDeque<FeedbackEvent> again = new ArrayDeque<>();
  private final Map<String, FeedbackEvent> unacknowledged = new LinkedHashMap<>();
  private final Set<String> acknowledged = new HashSet<>();
  private final Thread thread;
  private final AtomicLong unavailable = new AtomicLong();
  private volatile boolean running = true;
  private volatile @Nullable String failure;
  private volatile int streams;
  private int sent;

  /** The newest stream that was answered, and when it was for the first time. */
  private volatile Answered answered = new Answered(0, System.nanoTime());

  private record Answered(int stream, long firstNanos) {}

  /** Begins to send a thousand events a second. */
  DrillTraffic(ShopEvents events, DrillKind kind, int port, long seed) {
    this(events, kind, port, seed, EVENTS_PER_SECOND);
  }

  /**
   * Begins to send.
   *
   * @param eventsPerSecond at most, on average
   */
  DrillTraffic(ShopEvents events, DrillKind kind, int port, long seed, double eventsPerSecond) {
    this.eventsPerSecond = eventsPerSecond;
    this.events = events;
    this.kind = kind;
    this.port = port;
    random = new Random(seed);
    thread = Thread.ofPlatform().daemon().name("drill-traffic").start(this::run);
  }

  private void run() {
    try {
      while (running || left() > 0) {
        try (Connection connection = Connection.toLocal(port)) {
          send(connection);
        } catch (IOException e) {
          // The connection broke, as it is meant to: whatever was not acknowledged goes out again.
          Thread.sleep(RETRY_MS);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      failure = e.toString();
    }
  }

  private int left() {
    synchronized (acknowledged) {
      return waiting.size() + again.size() + unacknowledged.size();
    }
  }

  private void send(Connection connection) throws IOException, InterruptedException {
    List<FeedbackEvent> resent;
    synchronized (acknowledged) {
      resent = new ArrayList<>(unacknowledged.values());
    }
    int number = streams + 1;
    streams = number;
    try (FeedbackStream stream =
        new FeedbackStream(
            connection.feedback(), WINDOW, 1, (ack, sent) -> acknowledge(ack, number))) {
      for (FeedbackEvent event : resent) {
        stream.send(event, System.nanoTime());
      }
      ArrivalSchedule times =
          new ArrivalSchedule(System.nanoTime(), eventsPerSecond, random.nextLong());
      for (FeedbackEvent event = next(); event != null; event = next()) {
        ArrivalSchedule.await(times.nextNanos());
        stream.send(event, System.nanoTime());
        if (kind == DrillKind.CLOCK_JUMP && ++sent % ASKED_EVERY == 0) {
          ask(connection, event);
        }
      }
      stream.drain();
    }
  }

  /** Lets the server show something, which it logs with the time of its own clock. */
  private static void ask(Connection connection, FeedbackEvent event) throws IOException {
    try {
      var _ =
          connection.recommend(
              RecommendRequest.newBuilder()
                  .setSession(SessionContext.newBuilder().setSessionId(event.getSessionId()))
                  .setK(5)
                  .build(),
              ANSWERED_WITHIN);
    } catch (StatusRuntimeException e) {
      throw new IOException("the server does not answer", e);
    }
  }

  /** Takes the next event to send; null when there will be none. */
  private @Nullable FeedbackEvent next() {
    if (waiting.isEmpty() && running) {
      refill();
    }
    synchronized (acknowledged) {
      boolean second = again.size() > AGAIN_AFTER || waiting.isEmpty();
      FeedbackEvent event = second ? again.poll() : waiting.poll();
      if (event != null) {
        unacknowledged.put(event.getEventId(), event);
        if (!second && kind == DrillKind.DUPLICATE) {
          again.add(event);
        }
      }
      return event;
    }
  }

  private void refill() {
    List<FeedbackEvent> fresh = new ArrayList<>();
    for (int i = 0; i < (kind == DrillKind.REORDER ? SHUFFLED : 1); i++) {
      fresh.add(events.next());
    }
    Collections.shuffle(fresh, random);
    waiting.addAll(fresh);
  }

  private void acknowledge(Acknowledgement ack, int stream) {
    switch (ack.getStatus()) {
      case STATUS_ACCEPTED, STATUS_DUPLICATE -> {
        synchronized (acknowledged) {
          if (stream > answered.stream) {
            answered = new Answered(stream, System.nanoTime());
          }
          acknowledged.add(ack.getEventId());
          unacknowledged.remove(ack.getEventId());
        }
      }
      case STATUS_UNAVAILABLE -> unavailable.incrementAndGet(); // The stream ends; sent again.
      default -> failure = "event " + ack.getEventId() + " was refused: " + ack.getMessage();
    }
  }

  /** Events acknowledged so far. */
  int acknowledgedCount() {
    synchronized (acknowledged) {
      return acknowledged.size();
    }
  }

  /** Streams opened so far; the last of them is in use. */
  int streams() {
    return streams;
  }

  /**
   * Waits for the first acknowledgement on a stream opened after others, so that none counts that a
   * killed process had sent.
   *
   * @return when it came, as {@link System#nanoTime}
   * @throws IOException if there is none for a minute
   */
  long awaitAcknowledgement(int streamsBefore) throws IOException, InterruptedException {
    Stall stall = new Stall(STALLED);
    Answered newest = answered;
    while (newest.stream <= streamsBefore) {
      check();
      stall.check(newest.stream, "no event is acknowledged after a start");
      Thread.sleep(1);
      newest = answered;
    }
    return newest.firstNanos;
  }

  /**
   * Lets it send for a while.
   *
   * @param progress where it is shown
   * @param what is done meanwhile
   * @param seconds how long
   * @throws IOException if the server refused an event
   */
  void await(Terminal progress, String what, double seconds)
      throws IOException, InterruptedException {
    long until = System.nanoTime() + (long) (seconds * 1e9);
    while (System.nanoTime() < until) {
      check();
      progress.redraw(
          List.of(
              String.format(
                  Locale.ROOT, "%s, %,d events acknowledged", what, acknowledgedCount())));
      Thread.sleep(Math.clamp((until - System.nanoTime()) / 1_000_000, 1, 200));
    }
  }

  /** How often the server said that its log takes nothing now. */
  long unavailable() {
    return unavailable.get();
  }

  /** Ids of all events acknowledged; after {@link #finish}. */
  Set<String> acknowledged() {
    synchronized (acknowledged) {
      return Set.copyOf(acknowledged);
    }
  }

  /**
   * No new events; waits until every one that was sent is acknowledged.
   *
   * @throws IOException if none is for a minute
   */
  void finish() throws IOException, InterruptedException {
    running = false;
    Stall stall = new Stall(STALLED);
    while (!thread.join(Duration.ofMillis(200))) {
      check();
      stall.check(acknowledgedCount(), left() + " events are not acknowledged");
    }
    check();
  }

  /**
   * @throws IOException if the server refused an event
   */
  void check() throws IOException {
    String problem = failure;
    if (problem != null) {
      throw new IOException(problem);
    }
  }

  @Override
  public void close() {
    running = false;
    thread.interrupt();
  }
}
