package dev.dolmen.traffic.drill.cluster;

import dev.dolmen.traffic.demo.ShopEvents;
import dev.dolmen.traffic.drill.cluster.ClusterProcesses.Member;
import dev.dolmen.v1.Acknowledgement;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.PublishRequest;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.RecommendResponse;
import dev.dolmen.v1.SessionContext;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * How long after a server has acknowledged a click another one answers with it: the click's own
 * session, and what was learned of it. One thread.
 */
final class Visibility {
  private static final long GIVEN_UP_NANOS = TimeUnit.SECONDS.toNanos(20);

  private final List<Double> ownMs = new ArrayList<>();
  private final List<Double> learnedMs = new ArrayList<>();

  /** Measures some clicks, each of a session that nobody knows. */
  void measure(ShopEvents events, Member taking, Member answering, int clicks)
      throws InterruptedException {
    for (int i = 0; i < clicks; i++) {
      String session = "visible-" + System.nanoTime();
      FeedbackEvent click =
          events.next().toBuilder()
              .setSessionId(session)
              .setEventId("event-" + session)
              .clearRequestId()
              .build();
      Acknowledgement ack =
          taking
              .connection()
              .feedbackBlocking()
              .publishBatch(PublishRequest.newBuilder().addEvents(click).build())
              .getAcknowledgements(0);
      long start = System.nanoTime();
      boolean own = false;
      boolean learned = false;
      while ((!own || !learned) && System.nanoTime() - start < GIVEN_UP_NANOS) {
        RecommendResponse answer = ask(answering, session);
        double ms = (System.nanoTime() - start) / 1e6;
        if (!own && answer.getSessionEventsUsed() > 0) {
          own = true;
          ownMs.add(ms);
        }
        if (!learned && answer.getLearnedLogOffset() >= ack.getLogOffset()) {
          learned = true;
          learnedMs.add(ms);
        }
        Thread.sleep(1);
      }
    }
  }

  private static RecommendResponse ask(Member server, String session) {
    return server
        .connection()
        .recommendationsBlocking()
        .recommend(
            RecommendRequest.newBuilder()
                .setSession(SessionContext.newBuilder().setSessionId(session))
                .setK(1)
                .setNoImpression(true)
                .build());
  }

  double ownMs(double percentile) {
    return percentile(ownMs, percentile);
  }

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
