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

  private final SnapshotView snapshot;
  private final @Nullable Path temporary;
  private final WarmUp warmUp;
  private final CellKeeper cells;

  private SnapshotBackend(
      SnapshotView snapshot, @Nullable Path temporary, WarmUp warmUp, MeterRegistry meters) {
    this.snapshot = snapshot;
    this.temporary = temporary;
    this.warmUp = warmUp;
    cells = new CellKeeper(snapshot.live().vectors(), meters.config().clock()::monotonicTime);
  }

  /**
   * Reads it. Warms up in a directory elsewhere: nothing may be written next to the snapshot.
   *
   * @throws IOException if there is none of this id, naming those that there are, or it cannot be
   *     read or does not fit the configuration
   */
  static SnapshotBackend open(
      DolmenConfig config, String id, InstantSource clock, MeterRegistry meters)
      throws IOException {
    Path temporary = temporary();
    WarmUp warmUp =
        temporary == null
            ? WarmUp.none(config, clock)
            : new WarmUp(config, temporary.resolve("data"), clock);
    boolean opened = false;
    try {
      warmUp.begin();
      SnapshotView snapshot = SnapshotView.open(config.engine(), id);
      opened = true;
      return new SnapshotBackend(snapshot, temporary, warmUp, meters);
    } finally {
      if (!opened) {
        warmUp.close();
        deleteQuietly(temporary);
      }
    }
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

  @Override
  public void warmUp() {
    warmUp.finish(snapshot.live(), endpoints -> endpoints.rehearsal(snapshot.live(), cells));
    deleteQuietly(temporary);
  }

  private static @Nullable Path temporary() {
    try {
      return Files.createTempDirectory("dolmen-warm-up-");
    } catch (IOException e) {
      LOG.warn("Not warmed up: the first requests will be slow", e);
      return null;
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
  public String notToBeAsked() {
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
    warmUp.close();
    deleteQuietly(temporary);
    cells.close();
    snapshot.close();
  }
}
