package dev.dolmen.parameterstore.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.parameterstore.snapshot.Snapshot;
import dev.dolmen.parameterstore.snapshot.SnapshotStore;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process that trains, takes snapshots and merges them is killed at random moments: what opens
 * afterwards is the state of a run that was never killed, at the batch that the snapshot names. A
 * file that is damaged on top is refused, and the snapshot before opens.
 */
class CrashTest {
  private static final int KILLS = 4;

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path directory;

  private final SplittableRandom random = new SplittableRandom();
  private final Map<Long, Long> hashes = new HashMap<>();
  private final Set<String> damaged = new HashSet<>();

  @Test
  @Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void whatOpensAfterAKillIsWhatARunWithoutOneHad() throws Exception {
    try (EmbeddingTable oracle = new HeapEmbeddingTable(CrashChild.schema(), CrashChild.SEED);
        EmbeddingTable opened = new ChronicleEmbeddingTable(CrashChild.schema(), CrashChild.SEED)) {
      long learned = 0;
      for (int kill = 0; kill < KILLS; kill++) {
        trainAndKill();
        List<String> refused = new ArrayList<>();
        Snapshot latest = latest(refused);
        // A killed process leaves nothing that looks whole and is not; what was damaged before
        // stays
        // until the process has come to its batch again.
        assertThat(refused).allMatch(r -> damaged.contains(r.substring(0, r.indexOf(':'))));
        learned = advance(oracle, learned, CrashChild.batch(latest));
        check(opened, latest);
        if (latest.parent() != null && kill % 2 == 1) {
          damage(latest);
          damaged.add(latest.manifest().id());
          refused.clear();
          Snapshot before = latest(refused);
          assertThat(refused).anyMatch(r -> r.startsWith(latest.manifest().id()));
          assertThat(CrashChild.batch(before)).isLessThan(CrashChild.batch(latest));
          check(opened, before);
        }
      }
      assertThat(learned).isPositive();
    }
  }

  private Snapshot latest(List<String> refused) throws IOException {
    return SnapshotStore.openReadOnly(directory.resolve("snapshots"))
        .openLatestWhole((id, e) -> refused.add(id + ": " + e.getMessage()))
        .orElseThrow();
  }

  private void check(EmbeddingTable opened, Snapshot snapshot) throws IOException {
    opened.readFrom(snapshot);
    assertThat(opened.stateHash())
        .as("state at batch " + CrashChild.batch(snapshot))
        .isEqualTo(hashes.get(CrashChild.batch(snapshot)));
  }

  /** Trains on to a batch, remembering the state wherever the child may have taken a snapshot. */
  private long advance(EmbeddingTable oracle, long from, long to) {
    long batch = from;
    while (batch < to) {
      CrashChild.train(oracle, ++batch);
      if (batch % CrashChild.BATCHES_PER_SNAPSHOT == 0) {
        hashes.put(batch, oracle.stateHash());
      }
    }
    return batch;
  }

  private void trainAndKill() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@" + Path.of("..", "jvm.options"),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                CrashChild.class.getName(),
                directory.toString())
            .redirectErrorStream(true)
            .start();
    try (BufferedReader output =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      List<String> lines = new ArrayList<>();
      String line = output.readLine();
      while (line != null && !line.startsWith("ready")) {
        lines.add(line);
        line = output.readLine();
      }
      assertThat(line).as(String.join("\n", lines)).isNotNull();
      awaitSnapshots(2);
      // The moment is the point: anywhere between two snapshots, in a write or in a merge.
      assertThat(process.waitFor(random.nextInt(700), TimeUnit.MILLISECONDS))
          .as("ended by itself: %s", lines)
          .isFalse();
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  private void awaitSnapshots(int n) throws Exception {
    SnapshotStore store = SnapshotStore.openReadOnly(directory.resolve("snapshots"));
    while (store.ids().size() < n) {
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  private void damage(Snapshot snapshot) throws IOException {
    Path file;
    try (Stream<Path> files = Files.list(snapshot.directory())) {
      file = files.filter(f -> f.toString().endsWith(".delta.zst")).findFirst().orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(file);
    if (random.nextBoolean()) {
      Files.write(file, Arrays.copyOf(bytes, random.nextInt(bytes.length)));
    } else {
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      Files.write(file, bytes);
    }
  }
}
