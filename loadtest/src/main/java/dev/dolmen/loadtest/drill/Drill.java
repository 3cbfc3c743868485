package dev.dolmen.loadtest.drill;

import dev.dolmen.loadtest.demo.ShopEvents;
import dev.dolmen.loadtest.generator.CatalogUpload;
import dev.dolmen.loadtest.generator.Connection;
import dev.dolmen.loadtest.local.ServerProcess;
import dev.dolmen.loadtest.terminal.Terminal;
import dev.dolmen.server.data.SchemaYaml;
import dev.dolmen.v1.StatusResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;

/**
 * One drill on a server process of its own. At its end the process is killed, and what its data
 * directory holds is learned twice: from the newest snapshot on, as a start would, and from the
 * beginning without any, as a run that never stopped. One thread.
 */
final class Drill {
  private final DrillKind kind;
  private final double seconds;
  private final int kills;
  private final Terminal progress;
  private final Path directory;
  private final Random random;
  private final long seed;
  private final List<Long> readyMs = new ArrayList<>();

  /**
   * @param seconds of traffic at least
   * @param kills of the process, for {@link DrillKind#CRASH}
   * @param directory empty; everything is written there
   */
  Drill(DrillKind kind, double seconds, int kills, long seed, Path directory, Terminal progress) {
    this.kind = kind;
    this.seconds = seconds;
    this.kills = kind == DrillKind.CRASH ? kills : 0;
    this.seed = seed;
    this.directory = directory;
    this.progress = progress;
    random = new Random(seed);
  }

  DrillResult run() throws IOException, InterruptedException {
    Path data = directory.resolve("data");
    Path config = writeConfig("drill.yaml", data);
    Set<String> acknowledged = disturb(config);
    progress.redraw(List.of("comparing with a run that never stopped"));
    Map<String, Integer> logged = LearnedState.logged(data.resolve("log"));
    Path undisturbed = directory.resolve("undisturbed");
    copyWithoutSnapshots(data, undisturbed);
    LearnedState found = LearnedState.of(config);
    LearnedState expected = LearnedState.of(writeConfig("undisturbed.yaml", undisturbed));
    progress.clear();
    long lost = acknowledged.stream().filter(id -> !logged.containsKey(id)).count();
    long twice = logged.values().stream().mapToLong(times -> times - 1).sum();
    Collections.sort(readyMs);
    return new DrillResult(
        kind,
        readyMs.size(),
        acknowledged.size(),
        lost,
        twice + Math.abs(found.eventsLearned() - logged.size()),
        found.equals(expected),
        List.copyOf(readyMs));
  }

  /**
   * Snapshots are so frequent that kills hit them, too; the JVM does not warm up before it serves.
   */
  private Path writeConfig(String name, Path data) throws IOException {
    Files.createDirectories(directory);
    String yaml =
        """
        data_directory: "%s"
        server:
          host: 127.0.0.1
          metrics_host: 127.0.0.1
          warm_up: 0s
        snapshots:
          interval: 1s
          max_deltas: 3
          on_close: false
        """
            .formatted(data);
    Path file = directory.resolve(name);
    return Files.writeString(file, yaml + SchemaYaml.write(ShopEvents.schema()));
  }

  private Set<String> disturb(Path config) throws IOException, InterruptedException {
    ShopEvents events = new ShopEvents("drill", seed);
    try (ServerProcess server = new ServerProcess(config, directory.resolve("server.log"))) {
      readyMs.add(server.start());
      try (Connection connection = Connection.open("127.0.0.1", server.port())) {
        CatalogUpload.upload(connection, events.items());
      }
      try (DrillTraffic traffic = new DrillTraffic(events, kind, server.port(), seed)) {
        double pause = seconds / (kills + 1);
        for (int kill = 0; kill <= kills; kill++) {
          // Moments are drawn, so that kills hit appends, batches and snapshots alike.
          await(traffic, kill, pause * (0.5 + random.nextDouble()));
          if (kill < kills) {
            server.kill();
            readyMs.add(server.start());
          }
        }
        traffic.finish();
        awaitLearned(server);
        server.kill();
        return traffic.acknowledged();
      }
    }
  }

  /**
   * Until every batch has its boundary in the journal: what is beyond would be cut anew by each who
   * learns it.
   */
  private static void awaitLearned(ServerProcess server) throws InterruptedException {
    try (Connection connection = Connection.open("127.0.0.1", server.port())) {
      StatusResponse status = connection.status();
      while (status.getLearnedLogOffset() < status.getLogOffset()) {
        Thread.sleep(50);
        status = connection.status();
      }
    }
  }

  private void await(DrillTraffic traffic, int kill, double pause)
      throws IOException, InterruptedException {
    long until = System.nanoTime() + (long) (pause * 1e9);
    while (System.nanoTime() < until) {
      traffic.check();
      progress.redraw(
          List.of(
              String.format(
                  Locale.ROOT,
                  "%s: %d of %d kills, %,d events acknowledged",
                  kind.name().toLowerCase(Locale.ROOT),
                  kill,
                  kills,
                  traffic.acknowledgedCount())));
      Thread.sleep(Math.clamp((until - System.nanoTime()) / 1_000_000, 1, 200));
    }
  }

  private static void copyWithoutSnapshots(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path relative = from.relativize(file);
        if (relative.startsWith("snapshots") || relative.startsWith("lock")) {
          continue;
        }
        Path target = to.resolve(relative.toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target, StandardCopyOption.COPY_ATTRIBUTES);
        }
      }
    }
  }
}
