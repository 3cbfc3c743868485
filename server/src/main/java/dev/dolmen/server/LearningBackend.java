package dev.dolmen.server;

import dev.dolmen.parameterstore.store.TableFactory;
import dev.dolmen.server.api.Endpoints;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.server.config.ProcessRole;
import dev.dolmen.server.index.CellKeeper;
import dev.dolmen.trainer.Engine;
import dev.dolmen.trainer.ingest.ReplayProgress;
import dev.dolmen.trainer.log.LogFactory;
import dev.dolmen.trainer.state.SlowStep;
import io.grpc.ServerServiceDefinition;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * An engine that learns. With a snapshot it answers as soon as that is restored, and takes feedback
 * when the log is replayed; without one it has nothing but an untrained model and no items before
 * the replay is done. Closing it learns what is logged and takes a snapshot.
 */
final class LearningBackend implements Backend {
  private static final String STOPPED = "the trainer has stopped: ";

  private final DolmenConfig config;
  private final Engine engine;
  private final WarmUp warmUp;
  private final CellKeeper cells;

  private LearningBackend(DolmenConfig config, Engine engine, WarmUp warmUp, MeterRegistry meters) {
    this.config = config;
    this.engine = engine;
    this.warmUp = warmUp;
    cells =
        new CellKeeper(
            engine.live().vectors(),
            config.dataDirectory(),
            meters.config().clock()::monotonicTime);
  }

  /**
   * Opens it; the log is replayed behind it.
   *
   * @throws IOException if the data directory is in use, or does not fit the configuration
   */
  static LearningBackend open(
      DolmenConfig config, InstantSource clock, LogFactory logs, MeterRegistry meters)
      throws IOException {
    Path directory = config.dataDirectory().resolve("warm-up");
    WarmUp warmUp = new WarmUp(config, directory, clock);
    boolean opened = false;
    try {
      boolean trainer = config.cluster().role() == ProcessRole.TRAINER;
      LogFactory warming =
          (locked, options) -> {
            // From here on the directory is this process's.
            if (trainer) {
              warmUp.beginBehind();
            } else {
              warmUp.begin();
            }
            return logs.open(locked, options);
          };
      Engine engine =
          trainer
              ? Engine.startTrainer(
                  config.engine(), config.cluster().sync(), clock, meters, warming)
              : Engine.start(config.engine(), clock, meters, TableFactory.COLLISIONLESS, warming);
      opened = true;
      return new LearningBackend(config, engine, warmUp, meters);
    } finally {
      if (!opened) {
        warmUp.close();
      }
    }
  }

  Engine engine() {
    return engine;
  }

  @Override
  public List<ServerServiceDefinition> services(Endpoints endpoints) {
    return isTrainer() ? endpoints.ofTrainer(engine, cells) : endpoints.over(engine, cells);
  }

  @Override
  public void awaitModel(Consumer<Supplier<String>> why) throws IOException {
    if (isTrainer()) {
      return; // Nobody is to be answered; how far it is stands in the status.
    }
    if (!engine.hasModel()) {
      why.accept(() -> {
        ReplayProgress replay = engine.replay();
        return "starting: " + (replay == null ? "the log is replayed" : replay.text());
      });
      engine.awaitReplayed();
    }
    why.accept(() -> "starting: " + cells.progress());
    try (SlowStep _ = SlowStep.begin("Making cells of items", cells::progress)) {
      cells.start();
    }
  }

  @Override
  public void warmUp() {
    if (isTrainer()) {
      return; // It is, behind what it does.
    }
    warmUp.finish(engine.live(), endpoints -> endpoints.rehearsal(engine.live(), cells));
  }

  @Override
  public String failure() {
    String failure = engine.failure();
    return failure == null ? "" : STOPPED + failure;
  }

  @Override
  public String notToBeAsked() {
    return engine.takenOver();
  }

  @Override
  public String notTaking() {
    return engine.standsBy() ? "stands by: another trainer leads" : engine.notTaking();
  }

  private boolean isTrainer() {
    return config.cluster().role() == ProcessRole.TRAINER;
  }

  @Override
  public void whenTaking(Runnable then) {
    if (engine.replay() == null) {
      then.run();
    } else {
      var _ = engine.replayed().thenRunAsync(then, TELLING);
    }
  }

  @Override
  public void whenFailed(Consumer<String> then) {
    var _ = engine.failed().thenAcceptAsync(failure -> then.accept(STOPPED + failure), TELLING);
  }

  @Override
  public String describe() {
    String replaying = engine.replay() == null ? "" : "; feedback when the log has been replayed";
    return "data in " + config.dataDirectory().toAbsolutePath() + replaying;
  }

  @Override
  public void close() {
    warmUp.close();
    cells.close();
    engine.close();
  }
}
