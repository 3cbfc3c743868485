package dev.dolmen.traffic.drill.cluster;

import dev.dolmen.traffic.demo.ShopEvents;
import dev.dolmen.traffic.drill.cluster.ClusterProcesses.Member;
import dev.dolmen.traffic.generator.ArrivalSchedule;
import dev.dolmen.v1.Acknowledgement;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.PublishRequest;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.SessionContext;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A caller that knows the addresses of two servers or more: what one does not take, the next is
 * asked, within a deadline each. One thread sends events, again until they are acknowledged; one
 * asks for recommendations, and a request that no address answers has failed.
 */
final class ClusterTraffic implements AutoCloseable {
  private static final int EVENTS_PER_CALL = 10;
  private static final double REQUESTS_PER_SECOND = 20;
  private static final long DEADLINE_MS = 2_000;

  /** Rounds over all addresses before a request has failed. */
  private static final int ROUNDS = 2;

  private final ShopEvents events;
  private final List<Member> servers;
  private final double callsPerSecond;
  private final Set<String> acknowledged = new HashSet<>();
  private final AtomicLong requests = new AtomicLong();
  private final AtomicLong failedRequests = new AtomicLong();
  private final AtomicInteger turn = new AtomicInteger();
  private final Thread publishing;
  private final Thread asking;
  private volatile boolean running = true;
  private volatile String session = "";
  private volatile @Nullable String failure;

  ClusterTraffic(ShopEvents events, List<Member> servers, double eventsPerSecond) {
    this.events = events;
    this.servers = servers;
    callsPerSecond = eventsPerSecond / EVENTS_PER_CALL;
    publishing = Thread.ofPlatform().daemon().name("cluster-events").start(this::publish);
    asking = Thread.ofPlatform().daemon().name("cluster-requests").start(this::ask);
  }

  private void publish() {
    ArrivalSchedule times = new ArrivalSchedule(System.nanoTime(), callsPerSecond, 1);
    try {
      while (running) {
        ArrivalSchedule.await(times.nextNanos());
        PublishRequest.Builder batch = PublishRequest.newBuilder();
        for (int i = 0; i < EVENTS_PER_CALL; i++) {
          batch.addEvents(events.next());
        }
        session = batch.getEvents(0).getSessionId();
        publish(batch.build());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      failure = e.toString();
    }
  }

  /** Until all of it is acknowledged, by whichever server. */
  private void publish(PublishRequest batch) throws InterruptedException {
    List<FeedbackEvent> left = new ArrayList<>(batch.getEventsList());
    while (!left.isEmpty()) {
      Member server = next();
      try {
        List<Acknowledgement> acks =
            server
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
        synchronized (acknowledged) {
          acknowledged.add(ack.getEventId());
        }
        left.removeIf(event -> event.getEventId().equals(ack.getEventId()));
      }
      case STATUS_UNAVAILABLE -> {}
      default -> throw new IllegalStateException("refused: " + ack);
    }
  }

  private Member next() {
    return servers.get(Math.floorMod(turn.getAndIncrement(), servers.size()));
  }

  private void ask() {
    ArrivalSchedule times = new ArrivalSchedule(System.nanoTime(), REQUESTS_PER_SECOND, 2);
    try {
      while (running) {
        ArrivalSchedule.await(times.nextNanos());
        if (!session.isEmpty()) {
          requests.incrementAndGet();
          if (!answered()) {
            failedRequests.incrementAndGet();
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean answered() {
    RecommendRequest request =
        RecommendRequest.newBuilder()
            .setSession(SessionContext.newBuilder().setSessionId(session))
            .setK(10)
            .build();
    int refused = 0;
    while (refused < ROUNDS * servers.size()) {
      try {
        var _ =
            next()
                .connection()
                .recommendationsBlocking()
                .withDeadlineAfter(DEADLINE_MS, TimeUnit.MILLISECONDS)
                .recommend(request);
        return true;
      } catch (StatusRuntimeException e) {
        refused++;
      }
    }
    return false;
  }

  /** Ids of all events acknowledged so far. */
  Set<String> acknowledged() {
    synchronized (acknowledged) {
      return Set.copyOf(acknowledged);
    }
  }

  long requests() {
    return requests.get();
  }

  long failedRequests() {
    return failedRequests.get();
  }

  /** Sends no more, when what was sent is acknowledged. */
  void finish() throws InterruptedException {
    running = false;
    publishing.join();
    asking.join();
    String problem = failure;
    if (problem != null) {
      throw new IllegalStateException(problem);
    }
  }

  @Override
  public void close() {
    running = false;
    publishing.interrupt();
    asking.interrupt();
  }
}
