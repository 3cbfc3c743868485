package dev.dolmen.traffic.drill.cluster;

import dev.dolmen.traffic.demo.ShopEvents;
import dev.dolmen.traffic.drill.cluster.ClusterProcesses.Member;
import dev.dolmen.v1.Acknowledgement;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.PublishRequest;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.RecommendResponse;
import dev.dolmen.v1.SessionContext;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;

/**
 * How long after a server has acknowledged a click another one answers with it: the click's own
 * session, and what was learned of it. Clicks come at a steady pace, whether or not those before
 * show already. One thread.
 */
final class Visibility {
  static final Duration GIVEN_UP = Duration.ofSeconds(30);
  private static final int POLL_MS = 2;

  private final List<Double> ownMs = new ArrayList<>();
  private final List<Double> learnedMs = new ArrayList<>();

  /** A click on its way: its session, where it is in the log, when it was acknowledged. */
  private record Waiting(String session, long offset, long nanos) {
    double ms() {
      return (System.nanoTime() - nanos) / 1e6;
    }
  }

  /**
   * Measures some clicks, each of a session that nobody knows.
   *
   * @param events of the shop
   * @param taking acknowledges them
   * @param answering is asked
   * @throws IOException if one is not accepted, or its session not seen, within half a minute
   */
  void measure(
      ShopEvents events, Member taking, Member answering, int clicks, double clicksPerSecond)
      throws IOException, InterruptedException {
    ArrayDeque<Waiting> own = new ArrayDeque<>();
    ArrayDeque<Waiting> learned = new ArrayDeque<>();
    long start = System.nanoTime();
    int sent = 0;
    while (sent < clicks || !learned.isEmpty() || !own.isEmpty()) {
      if (sent < clicks && System.nanoTime() - start >= sent * (1e9 / clicksPerSecond)) {
        Waiting click = publish(events, taking, sent++);
        own.add(click);
        learned.add(click);
      }
      if (!learned.isEmpty() || !own.isEmpty()) {
        look(answering, own, learned);
      }
      Thread.sleep(POLL_MS);
    }
  }

  private static Waiting publish(ShopEvents events, Member taking, int number)
      throws IOException, InterruptedException {
    String session = "visible-" + number + "-" + System.nanoTime();
    FeedbackEvent click =
        events.next().toBuilder()
            .setSessionId(session)
            .setEventId("event-" + session)
            .clearRequestId()
            .build();
    Acknowledgement ack = publish(taking, click);
    return new Waiting(session, ack.getLogOffset(), System.nanoTime());
  }

  /** Until it is acknowledged; only then time begins. */
  private static Acknowledgement publish(Member taking, FeedbackEvent click)
      throws IOException, InterruptedException {
    long start = System.nanoTime();
    String refused = "";
    while (System.nanoTime() - start < GIVEN_UP.toNanos()) {
      try {
        Acknowledgement ack =
            taking
                .connection()
                .feedbackBlocking()
                .publishBatch(PublishRequest.newBuilder().addEvents(click).build())
                .getAcknowledgements(0);
        if (ack.getStatus() == Acknowledgement.Status.STATUS_ACCEPTED) {
          return ack;
        }
        refused = ack.toString();
      } catch (StatusRuntimeException e) {
        refused = e.toString();
      }
      Thread.sleep(POLL_MS);
    }
    throw new IOException("a click is not accepted within " + GIVEN_UP + ": " + refused);
  }

  /** The answer tells of the oldest click's own session, and of all clicks that are learned. */
  private void look(Member answering, ArrayDeque<Waiting> own, ArrayDeque<Waiting> learned)
      throws IOException {
    Waiting asked = own.isEmpty() ? learned.getFirst() : own.getFirst();
    RecommendResponse answer = ask(answering, asked.session);
    if (!own.isEmpty() && answer.getSessionEventsUsed() > 0) {
      ownMs.add(own.removeFirst().ms());
    } else if (!own.isEmpty() && own.getFirst().ms() > GIVEN_UP.toMillis()) {
      throw new IOException("a click does not show in its session within " + GIVEN_UP);
    }
    for (Iterator<Waiting> each = learned.iterator(); each.hasNext(); ) {
      Waiting click = each.next();
      if (answer.getLearnedLogOffset() >= click.offset) {
        learnedMs.add(click.ms());
        each.remove();
      } else if (click.ms() > GIVEN_UP.toMillis()) {
        learnedMs.add(Double.POSITIVE_INFINITY);
        each.remove();
      }
    }
  }

  /** What a server that has too much to do refuses shows nothing yet, and is asked again. */
  private static RecommendResponse ask(Member server, String session) {
    try {
      return server
          .connection()
          .recommendationsBlocking()
          .recommend(
              RecommendRequest.newBuilder()
                  .setSession(SessionContext.newBuilder().setSessionId(session))
                  .setK(1)
                  .setNoImpression(true)
                  .build());
    } catch (StatusRuntimeException e) {
      return RecommendResponse.getDefaultInstance();
    }
  }

  double ownMs(double percentile) {
    return percentile(ownMs, percentile);
  }

  /** Infinity where it was more than {@link #GIVEN_UP}. */
  double learnedMs(double percentile) {
    return percentile(learnedMs, percentile);
  }

  private static double percentile(List<Double> values, double percentile) {
    if (values.isEmpty()) {
      return Double.NaN;
    }
    List<Double> sorted = new ArrayList<>(values);
    Collections.sort(sorted);
    int place = (int) Math.ceil(percentile / 100 * sorted.size()) - 1;
    return sorted.get(Math.clamp(place, 0, sorted.size() - 1));
  }
}
