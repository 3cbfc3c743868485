package dev.dolmen.server;

import dev.dolmen.server.api.Endpoints;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.server.index.CellKeeper;
import dev.dolmen.trainer.Follower;
import dev.dolmen.trainer.log.LogFactory;
import dev.dolmen.trainer.state.SlowStep;
import io.grpc.ServerServiceDefinition;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A server of a cluster, without a learner. It answers, and takes what callers send, as soon as it
 * is no farther behind the log than it may be.
 */
final class FollowingBackend implements Backend {
  private static final String STOPPED = "this server follows the log no more: ";

  private final Follower follower;
  private final WarmUp warmUp;
  private final CellKeeper cells;

  private FollowingBackend(Follower follower, WarmUp warmUp, MeterRegistry meters) {
    this.follower = follower;
    this.warmUp = warmUp;
    cells = new CellKeeper(follower.live().vectors(), meters.config().clock()::monotonicTime);
  }

  /**
   * Opens it; it catches up behind the call.
   *
   * @throws IOException if the data directory is in use, Kafka does not answer, or its topics are
   *     not as they should be
   */
  static FollowingBackend open(
      DolmenConfig config, InstantSource clock, LogFactory logs, MeterRegistry meters)
      throws IOException {
    Path directory = config.dataDirectory().resolve("warm-up");
    WarmUp warmUp = new WarmUp(config, directory, clock);
    boolean opened = false;
    try {
      Follower follower =
          Follower.start(
              config.engine(),
              config.cluster().sync(),
              clock,
              meters,
              (locked, options) -> {
                warmUp.begin(); // From here on the directory is this process's.
                return logs.open(locked, options);
              });
      opened = true;
      return new FollowingBackend(follower, warmUp, meters);
    } finally {
      if (!opened) {
        warmUp.close();
      }
    }
  }

  Follower follower() {
    return follower;
  }

  @Override
  public List<ServerServiceDefinition> services(Endpoints endpoints) {
    return endpoints.over(follower, cells);
  }

  @Override
  public void awaitModel(Consumer<Supplier<String>> why) throws IOException {
    why.accept(() -> "starting: " + follower.progressText());
    try {
      follower.ready().get();
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      throw new IOException(cause == null ? e.toString() : String.valueOf(cause.getMessage()), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while the log was caught up with", e);
    }
    why.accept(() -> "starting: " + cells.progress());
    try (SlowStep _ = SlowStep.begin("Making cells of items", cells::progress)) {
      cells.start();
    }
  }

  @Override
  public void warmUp() {
    warmUp.finish(follower.live(), endpoints -> endpoints.rehearsal(follower.live(), cells));
  }

  @Override
  public String failure() {
    String failure = follower.failure();
    return failure == null ? "" : STOPPED + failure;
  }

  @Override
  public String notToBeAsked() {
    return "";
  }

  @Override
  public String notTaking() {
    return follower.notTaking();
  }

  @Override
  public void whenTaking(Runnable then) {
    then.run();
  }

  @Override
  public void whenFailed(Consumer<String> then) {
    var _ = follower.failed().thenAcceptAsync(failure -> then.accept(STOPPED + failure), TELLING);
  }

  @Override
  public String describe() {
    return "following epoch " + follower.cluster().epoch();
  }

  @Override
  public void close() {
    warmUp.close();
    cells.close();
    follower.close();
  }
}
