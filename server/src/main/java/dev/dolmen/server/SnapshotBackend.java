package dev.dolmen.server;

import dev.dolmen.server.api.Endpoints;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.server.index.CellKeeper;
import dev.dolmen.trainer.SnapshotView;
import io.grpc.ServerServiceDefinition;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A snapshot that is read once. It has a model from the beginning and never takes anything. */
final class SnapshotBackend implements Backend {
  private static final Logger LOG = LoggerFactory.getLogger(SnapshotBackend.class);

  private final DolmenConfig config;
  private final InstantSource clock;
  private final SnapshotView snapshot;
  private final CellKeeper cells;

  private SnapshotBackend(
      DolmenConfig config, InstantSource clock, SnapshotView snapshot, MeterRegistry meters) {
    this.config = config;
    this.clock = clock;
    this.snapshot = snapshot;
    cells = new CellKeeper(snapshot.live().vectors(), meters.config().clock()::monotonicTime);
  }

  /**
   * Reads it.
   *
   * @throws IOException if there is none of this id, naming those that there are, or it cannot be
   *     read or does not fit the configuration
   */
  static SnapshotBackend open(
      DolmenConfig config, String id, InstantSource clock, MeterRegistry meters)
      throws IOException {
    return new SnapshotBackend(config, clock, SnapshotView.open(config.engine(), id), meters);
  }

  @Override
  public List<ServerServiceDefinition> services(Endpoints endpoints) {
    return endpoints.over(snapshot, cells);
  }

  @Override
  public void awaitModel(Consumer<Supplier<String>> why) {
    why.accept(() -> "starting: " + cells.progress());
    cells.start();
  }

  /** In a directory elsewhere: nothing may be written next to the snapshot. */
  @Override
  public void warmUp() {
    @Nullable Path directory = null;
    try {
      directory = Files.createTempDirectory("dolmen-warm-up-");
      WarmUp.run(config, directory.resolve("data"), clock);
    } catch (IOException e) {
      LOG.warn("Not warmed up: the first requests will be slow", e);
    } finally {
      deleteQuietly(directory);
    }
  }

  private static void deleteQuietly(@Nullable Path directory) {
    try {
      if (directory != null) {
        DirectoryTree.delete(directory);
      }
    } catch (IOException e) {
      LOG.warn("{} could not be deleted", directory, e);
    }
  }

  @Override
  public String failure() {
    return "";
  }

  @Override
  public String notTaking() {
    return "snapshot " + snapshot.id() + " is served, nothing is taken";
  }

  @Override
  public void whenTaking(Runnable then) {}

  @Override
  public void whenFailed(Consumer<String> then) {}

  @Override
  public String describe() {
    return "snapshot " + snapshot.id() + ", reading only";
  }

  @Override
  public void close() throws IOException {
    cells.close();
    snapshot.close();
  }
}
