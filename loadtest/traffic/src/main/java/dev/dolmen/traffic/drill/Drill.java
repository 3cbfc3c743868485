package dev.dolmen.traffic.drill;

import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.traffic.demo.ShopEvents;
import dev.dolmen.traffic.generator.CatalogUpload;
import dev.dolmen.traffic.generator.Connection;
import dev.dolmen.traffic.local.ServerProcess;
import dev.dolmen.traffic.local.SmallDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One drill on a server process of its own. At its end the process is killed, and what its data
 * directory holds is learned twice: from the newest snapshot on, as a start would, and from the
 * beginning without any, as a run that never stopped. One thread.
 */
final class Drill {
  private static final Duration STALLED = Duration.ofSeconds(60);
  private static final int HEAP_MB = 512;
  private static final String JOURNAL = "journal";

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
   * @param kills of the process, for {@link DrillKind#CRASH}, and at most for the others; for
   *     {@link DrillKind#DISK_FULL} how often the disk is filled
   * @param directory empty; everything is written there
   */
  Drill(DrillKind kind, double seconds, int kills, long seed, Path directory, Terminal progress) {
    this.kind = kind;
    this.seconds = seconds;
    this.kills = kind.kills(kills);
    this.seed = seed;
    this.directory = directory;
    this.progress = progress;
    random = new Random(seed);
  }

  DrillResult run() throws IOException, InterruptedException {
    Path data = directory.resolve("data");
    Path undisturbed = directory.resolve("undisturbed");
    Set<String> acknowledged;
    try (KeptJournal journal =
        new KeptJournal(data.resolve(JOURNAL), directory.resolve("kept-journal"))) {
      acknowledged = kind == DrillKind.DISK_FULL ? fillDisk(data) : disturb(data, null);
      copy(data, undisturbed, false);
      journal.addTo(undisturbed.resolve(JOURNAL));
    }
    progress.redraw(List.of("comparing with a run that never stopped"));
    LearnedState.Logged log = LearnedState.logged(data.resolve("log"));
    Map<String, Integer> logged = log.times();
    LearnedState found = LearnedState.of(writeConfig("found.yaml", data));
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
        found.fits(log),
        List.copyOf(readyMs));
  }

  /** What the disk holds in the end is copied from it to {@code data}. */
  private Set<String> fillDisk(Path data) throws IOException, InterruptedException {
    try (SmallDisk disk = SmallDisk.mount(directory.resolve("disk"), DiskFilling.DISK_MIB)) {
      Path onDisk = directory.resolve("disk").resolve("data");
      Set<String> acknowledged = disturb(onDisk, disk);
      copy(onDisk, data, true);
      return acknowledged;
    }
  }

  /**
   * Snapshots are so frequent that kills hit them, too, but for a full disk, where they are asked
   * for.
   */
  private Path writeConfig(String name, Path data) throws IOException {
    return DrillConfig.write(
        directory.resolve(name),
        data,
        kind == DrillKind.DISK_FULL ? 0 : 1,
        ShopEvents.schema(),
        "log:\n  min_free_bytes: " + DiskFilling.MIN_FREE_MIB + "MiB\n");
  }

  private ServerProcess server(Path config) throws IOException {
    Path log = directory.resolve("server.log");
    return switch (kind) {
      case SLOW_DISK, CLOCK_JUMP ->
          new ServerProcess(DisturbedServer.class, kind.label(), config, log, HEAP_MB);
      case CRASH, DUPLICATE, REORDER, DISK_FULL -> ServerProcess.serving(config, log, HEAP_MB);
    };
  }

  private Set<String> disturb(Path data, @Nullable SmallDisk disk)
      throws IOException, InterruptedException {
    ShopEvents events = new ShopEvents("drill", seed);
    try (ServerProcess server = server(writeConfig("drill.yaml", data))) {
      readyMs.add(server.start());
      try (Connection connection = Connection.toLocal(server.port())) {
        CatalogUpload.upload(connection, events.items());
      }
      try (DrillTraffic traffic = new DrillTraffic(events, kind, server.port(), seed)) {
        if (disk == null) {
          kill(server, traffic);
        } else {
          fill(new DiskFilling(disk, traffic, server.port()), traffic);
          startOnFullDisk(server, disk);
        }
        traffic.finish();
        awaitLearned(server.port());
        server.kill();
        return traffic.acknowledged();
      }
    }
  }

  private void kill(ServerProcess server, DrillTraffic traffic)
      throws IOException, InterruptedException {
    double pause = seconds / (kills + 1);
    for (int kill = 0; kill <= kills; kill++) {
      // Moments are drawn, so that kills hit appends, batches and snapshots alike.
      await(traffic, kill + " of " + kills + " kills", pause * (0.5 + random.nextDouble()));
      if (kill < kills) {
        int streams = traffic.streams();
        server.kill();
        long start = System.nanoTime();
        server.start();
        // Ready is who takes feedback again, whatever is served until then.
        readyMs.add((traffic.awaitAcknowledgement(streams) - start) / 1_000_000);
      }
    }
  }

  private void fill(DiskFilling filling, DrillTraffic traffic)
      throws IOException, InterruptedException {
    // A third of a round with room, a third without, a third on its way from one to the other.
    double pause = seconds / (3 * kills);
    for (int round = 1; round <= kills; round++) {
      await(traffic, "disk has room", pause);
      filling.fill();
      await(traffic, "disk is full", pause);
      filling.free();
    }
  }

  /** A start without room must say so and change nothing; with room, it goes on. */
  private void startOnFullDisk(ServerProcess server, SmallDisk disk)
      throws IOException, InterruptedException {
    progress.redraw(List.of("starting on the full disk"));
    server.kill();
    disk.fill(0);
    String said = server.startRefused();
    if (!said.contains("disk full: ") || !said.contains(" bytes are free for ")) {
      throw new IOException("a start on a full disk did not say so" + said);
    }
    disk.free();
    readyMs.add(server.start());
  }

  /**
   * Until every batch has its boundary in the journal: what is beyond would be cut anew by each who
   * learns it.
   */
  static void awaitLearned(int port) throws IOException, InterruptedException {
    try (Connection connection = Connection.toLocal(port)) {
      connection.awaitLearned(STALLED);
    }
  }

  private void await(DrillTraffic traffic, String damage, double pause)
      throws IOException, InterruptedException {
    traffic.await(progress, kind.label() + ": " + damage, pause);
  }

  private static void copy(Path from, Path to, boolean snapshots) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path relative = from.relativize(file);
        if (relative.startsWith("lock") || (!snapshots && relative.startsWith("snapshots"))) {
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
