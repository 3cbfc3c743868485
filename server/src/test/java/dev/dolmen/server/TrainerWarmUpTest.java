package dev.dolmen.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.server.config.ClusterConfig;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.server.config.ProcessRole;
import dev.dolmen.trainer.log.KafkaBroker;
import dev.dolmen.trainer.log.LogFactory;
import dev.dolmen.trainer.log.LogOptions;
import dev.dolmen.trainer.sync.SyncOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A trainer answers nobody, but the clicks of its first minutes are to be learned in time, too. */
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // Else it waits for ever.
class TrainerWarmUpTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path directory;
  @TempDir Path brokerDirectory;

  private DolmenConfig trainer(KafkaBroker broker, Duration warmUp) {
    DolmenConfig config = TestServer.config(directory);
    LogOptions log =
        config.log().with(l -> l.kind(LogOptions.Kind.KAFKA).kafka(broker.options(PATIENCE)));
    return config
        .withServer(config.server().with(s -> s.warmUp(warmUp)))
        .withEngine(e -> e.log(log))
        .withCluster(new ClusterConfig(ProcessRole.TRAINER, SyncOptions.defaults()));
  }

  @Test
  void learnsMadeUpVisitsAndKeepsNothingOfThem() throws Exception {
    Path visits = directory.resolve("warm-up").resolve("made-up");
    CompletableFuture<Boolean> seen = new CompletableFuture<>();
    Thread watch = Thread.ofVirtual().start(() -> watch(visits, seen));
    try (KafkaBroker broker = KafkaBroker.start(brokerDirectory);
        StandaloneServer server =
            StandaloneServer.start(
                trainer(broker, Duration.ofSeconds(1)),
                InstantSource.system(),
                LogFactory.SHARED)) {
      assertThat(seen.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
      assertThat(server.engine().status().stream().catalogItems()).isZero();
    } finally {
      watch.interrupt();
    }
    assertThat(directory.resolve("warm-up")).doesNotExist();
  }

  /** Until the visits were there and are gone, while the server goes on. */
  private static void watch(Path visits, CompletableFuture<Boolean> seen) {
    boolean there = false;
    while (!Thread.currentThread().isInterrupted()) {
      boolean now = Files.exists(visits);
      if (there && !now) {
        seen.complete(true);
        return;
      }
      there = now;
      LockSupport.parkNanos(5_000_000);
    }
  }
}
