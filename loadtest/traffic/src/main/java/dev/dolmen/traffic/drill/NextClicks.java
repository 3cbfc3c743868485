package dev.dolmen.traffic.drill;

import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.traffic.demo.ShopEvents;
import dev.dolmen.traffic.generator.Connection;
import dev.dolmen.traffic.generator.FeedbackStream;
import dev.dolmen.traffic.generator.Stall;
import dev.dolmen.traffic.local.ServerProcess;
import dev.dolmen.v1.StatusResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The clicks by which {@link UpgradeTurn#NEXT_CLICKS} compares two versions: published as fast as
 * they are taken, and no more than so many. One thread.
 */
final class NextClicks {
  /** Recall that the start of another version may cost, fraction of 1. */
  static final double LOSS_MAX = 0.001;

  private static final int WINDOW = 2_048;
  private static final int MESSAGE = 64;
  private static final int LOOK_MS = 20;
  private static final int LOOK_CLICKS = 2_000;

  /** A batch of many sessions is predicted among a million items before anything moves. */
  private static final Duration STALLED = Duration.ofMinutes(5);

  private final ShopEvents events;
  private final int clicks;
  private final Terminal progress;

  NextClicks(ShopEvents events, int clicks, Terminal progress) {
    this.events = events;
    this.clicks = clicks;
    this.progress = progress;
  }

  /**
   * Publishes them, and waits until they are learned.
   *
   * @return ids of those that were acknowledged: all
   * @throws IOException if the server refuses one, or stands still
   */
  Set<String> publish(ServerProcess server) throws IOException, InterruptedException {
    Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    try (Connection connection = Connection.toLocal(server.port());
        FeedbackStream stream =
            new FeedbackStream(
                connection.feedback(),
                WINDOW,
                MESSAGE,
                (acknowledgement, sent) -> acknowledged.add(acknowledgement.getEventId()))) {
      for (int i = 0; i < clicks; i++) {
        stream.send(events.next(), System.nanoTime());
        if (i % LOOK_CLICKS == 0) {
          show("%,d of %,d clicks learned as before", i);
        }
      }
      stream.drain();
    }
    awaitLearned(server);
    return acknowledged;
  }

  /**
   * Waits until a process that has just been started has learned the same ones from the log.
   *
   * @return the status then
   */
  StatusResponse relearned(ServerProcess server) throws IOException, InterruptedException {
    show("%2$,d clicks are learned again", clicks);
    awaitLearned(server);
    Stall stall = new Stall(STALLED);
    while (!server.answer(ServerProcess.TAKES_FEEDBACK).startsWith("200 ")) {
      stall.check(0, "all is learned, and no feedback is taken");
      Thread.sleep(LOOK_MS);
    }
    try (Connection connection = Connection.toLocal(server.port())) {
      return connection.status();
    }
  }

  private static void awaitLearned(ServerProcess server) throws IOException, InterruptedException {
    try (Connection connection = Connection.toLocal(server.port())) {
      connection.awaitLearned(STALLED);
    }
  }

  private void show(String what, int done) {
    progress.redraw(List.of("upgrade: " + String.format(Locale.ROOT, what, done, clicks)));
  }

  /**
   * What is wrong with what the start of another version made of recall; empty if nothing is, or if
   * it had another model to learn.
   */
  static String problem(UpgradeRow row) {
    boolean sameShape =
        row.migrated().stream()
            .noneMatch(part -> part.part().startsWith("model, ") && part.changes());
    if (row.before().predictions() != row.after().predictions()) {
      return String.format(
          Locale.ROOT,
          "%,d clicks are predicted before and %,d after, expected the same ones",
          row.before().predictions(),
          row.after().predictions());
    }
    double loss = row.before().recall() - row.after().recall();
    return sameShape && loss > LOSS_MAX
        ? String.format(
            Locale.ROOT,
            "recall@20 of the next clicks is %.2f points lower, expected %.1f at most",
            100 * loss,
            100 * LOSS_MAX)
        : "";
  }
}
