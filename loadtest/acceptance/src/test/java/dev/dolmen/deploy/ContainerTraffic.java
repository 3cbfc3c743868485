package dev.dolmen.deploy;

import dev.dolmen.traffic.demo.ShopEvents;
import dev.dolmen.traffic.generator.Connection;
import dev.dolmen.v1.Acknowledgement;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.PublishRequest;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A caller that sends a hundred clicks a second, each again until it is acknowledged, by whichever
 * server takes it. One thread sends; what was acknowledged is for any.
 */
final class ContainerTraffic implements AutoCloseable {
  private static final int EVENTS_PER_CALL = 10;
  private static final int PAUSE_MS = 100;
  private static final long DEADLINE_MS = 2_000;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final ShopEvents events;
  private final Supplier<List<Connection>> servers;
  private final Map<String, FeedbackEvent> acknowledged = new ConcurrentHashMap<>();
  private final Thread thread;
  private volatile boolean running = true;
  private volatile @Nullable String failure;

  /**
   * Begins to send.
   *
   * @param servers those that there are at that moment, one at least; called by the thread that
   *     sends
   */
  ContainerTraffic(ShopEvents events, Supplier<List<Connection>> servers) {
    this.events = events;
    this.servers = servers;
    thread = Thread.ofPlatform().daemon().name("container-traffic").start(this::run);
  }

  private void run() {
    try {
      for (int turn = 0; running; turn++) {
        List<FeedbackEvent> batch = new ArrayList<>();
        for (int i = 0; i < EVENTS_PER_CALL; i++) {
          batch.add(events.next());
        }
        publish(batch, turn);
        Thread.sleep(PAUSE_MS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      failure = e.toString();
    }
  }

  private void publish(List<FeedbackEvent> left, int turn) throws InterruptedException {
    for (int at = turn; !left.isEmpty(); at++) {
      List<Connection> now = servers.get();
      try {
        now.get(at % now.size())
            .feedbackBlocking()
            .withDeadlineAfter(DEADLINE_MS, TimeUnit.MILLISECONDS)
            .publishBatch(PublishRequest.newBuilder().addAllEvents(left).build())
            .getAcknowledgementsList()
            .forEach(acknowledgement -> take(acknowledgement, left));
      } catch (StatusRuntimeException e) {
        Thread.sleep(PAUSE_MS); // The next one takes it, or this one later.
      }
    }
  }

  private void take(Acknowledgement acknowledgement, List<FeedbackEvent> left) {
    switch (acknowledgement.getStatus()) {
      case STATUS_ACCEPTED, STATUS_DUPLICATE -> {
        String id = acknowledgement.getEventId();
        left.stream()
            .filter(event -> event.getEventId().equals(id))
            .forEach(event -> acknowledged.put(id, event));
        left.removeIf(event -> event.getEventId().equals(id));
      }
      case STATUS_UNAVAILABLE -> {}
      default -> throw new IllegalStateException("refused: " + acknowledgement);
    }
  }

  /** Waits until so many more events are acknowledged. */
  void awaitMore(int count) throws IOException, InterruptedException {
    int wanted = acknowledged.size() + count;
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (acknowledged.size() < wanted) {
      String problem = failure;
      if (problem != null || System.nanoTime() > end) {
        throw new IOException(
            acknowledged.size() + " events are acknowledged, expected " + wanted + ": " + problem);
      }
      Thread.sleep(20);
    }
  }

  /**
   * Sends no more, when what was sent is acknowledged.
   *
   * @return all of it
   */
  List<FeedbackEvent> finish() throws IOException, InterruptedException {
    running = false;
    if (!thread.join(PATIENCE)) {
      throw new IOException("events are not acknowledged within " + PATIENCE);
    }
    String problem = failure;
    if (problem != null) {
      throw new IOException(problem);
    }
    return List.copyOf(acknowledged.values());
  }

  @Override
  public void close() {
    running = false;
    thread.interrupt();
  }
}
