package dev.dolmen.server;

import dev.dolmen.server.config.DolmenConfig;
import io.grpc.StatusException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * What a JVM is to record for its next starts: a server that starts empty, learns, takes a
 * snapshot, and starts again from it. Its items are enough for an index of cells.
 */
public final class TrainingRun {
  private static final int ITEMS = 21_000;

  private TrainingRun() {}

  /**
   * Runs it; what it writes is its caller's to delete.
   *
   * @param directory empty or not there
   * @param time of each of the two servers, besides what they need
   * @throws StartException if a server does not start
   */
  public static void run(DolmenConfig config, Path directory, Duration time, InstantSource clock)
      throws StartException, IOException, InterruptedException {
    DolmenConfig twice =
        config
            .temporary(directory)
            .withEngine(
                e -> e.snapshots(config.snapshots().with(s -> s.intervalSec(0).onClose(true))));
    try (StandaloneServer first = StandaloneServer.startTemporary(twice, clock);
        MadeUpShop shop = new MadeUpShop(first.port(), twice)) {
      shop.fill(ITEMS);
      Instant end = clock.instant().plus(time);
      for (Instant now = clock.instant(); now.isBefore(end); now = clock.instant()) {
        shop.visit(now);
      }
    } catch (StatusException e) {
      throw new IOException("the server that was started answers: " + e.getMessage(), e);
    }
    DolmenConfig warm = twice.withServer(twice.server().with(s -> s.warmUp(time)));
    StandaloneServer.startTemporary(warm, clock).close();
  }
}
