package dev.dolmen.bench.serve;

import dev.dolmen.traffic.generator.ArrivalSchedule;
import dev.dolmen.traffic.generator.Connection;
import dev.dolmen.traffic.generator.FeedbackStream;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** Clicks of a shop's visitors, published at a rate or as fast as the server takes them. */
final class ClickFlow {
  private static final int WINDOW = 4_096;
  private static final int MESSAGE_EVENTS = 128;

  /** A message holds what came due in this time. */
  private static final long GATHER_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final Connection connection;
  private final ShopVisits visits;
  private final long seed;

  ClickFlow(Connection connection, ShopVisits visits, long seed) {
    this.connection = connection;
    this.visits = visits;
    this.seed = seed;
  }

  /**
   * Publishes, waiting whenever the server does not take more; returns when all is acknowledged.
   *
   * @param rate clicks a second, or {@link LoadStep#ALL}
   */
  void run(double rate, double seconds) throws IOException, InterruptedException {
    long start = System.nanoTime();
    long end = start + (long) (seconds * 1e9);
    ArrivalSchedule schedule = rate == LoadStep.ALL ? null : new ArrivalSchedule(start, rate, seed);
    try (FeedbackStream stream =
        new FeedbackStream(connection.feedback(), WINDOW, MESSAGE_EVENTS, (ack, at) -> {})) {
      while (System.nanoTime() < end) {
        if (schedule != null) {
          long at = schedule.nextNanos();
          if (at > System.nanoTime()) {
            stream.flush();
            ArrivalSchedule.await(Math.max(at, System.nanoTime() + GATHER_NANOS));
          }
        }
        stream.send(visits.next(System.currentTimeMillis()), System.nanoTime());
      }
      stream.drain();
    }
  }
}
