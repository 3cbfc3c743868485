package dev.dolmen.bench.serve;

import dev.dolmen.server.DirectoryTree;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.traffic.local.ProcessMemory;
import dev.dolmen.traffic.local.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Servers of the same shop that differ by flags of their JVM, in turns. One thread. */
final class JvmRun {
  /** Requests that count as the first ones. */
  static final int FIRST = 1_000;

  private static final double SETTLE_SEC = 1;

  private final JvmOptions options;
  private final LargeShop shop;
  private final ShopData data;
  private final Path directory;
  private final Terminal progress;

  /**
   * @param directory empty; everything but the learned shop is written there
   */
  JvmRun(JvmOptions options, Path directory, Terminal progress) {
    this.options = options;
    this.directory = directory;
    this.progress = progress;
    shop = new LargeShop(options.items(), options.seed());
    data = new ShopData(shop, options.seed(), options.kept(), progress);
  }

  List<JvmFigures> run() throws IOException, InterruptedException {
    Path learned = data.learned();
    List<List<JvmFigures.Turn>> turns = new ArrayList<>();
    options.flags().forEach(flags -> turns.add(new ArrayList<>()));
    for (int round = 0; round < options.rounds(); round++) {
      for (int i = 0; i < turns.size(); i++) {
        turns.get(i).add(turn(learned, round + "-" + i, options.flags().get(i)));
      }
    }
    List<JvmFigures> figures = new ArrayList<>();
    for (int i = 0; i < turns.size(); i++) {
      figures.add(new JvmFigures(options.flags().get(i), turns.get(i)));
    }
    return figures;
  }

  private JvmFigures.Turn turn(Path learned, String name, List<String> flags)
      throws IOException, InterruptedException {
    Path home = Files.createDirectory(directory.resolve(name));
    try {
      Path copy = home.resolve("data");
      ShopData.copy(learned, copy);
      Path config = Files.writeString(home.resolve("dolmen.yaml"), data.yaml(copy));
      Path log = directory.resolve(name + ".log");
      try (ServerProcess server = ServerProcess.serving(config, log, options.heapMb(), flags);
          LoadClient load =
              new LoadClient(
                  server.port(), shop, options.seed(), directory.resolve(name + "-load.log"))) {
        JvmFigures.Turn turn = turn(server, load);
        say(name, flags, turn);
        return turn;
      }
    } finally {
      DirectoryTree.delete(home);
    }
  }

  private JvmFigures.Turn turn(ServerProcess server, LoadClient load)
      throws IOException, InterruptedException {
    double ready = server.start() / 1e3;
    LoadFigures first = load.run(new LoadStep(options.rate(), 0, FIRST / options.rate(), 0));
    if (options.warmUpSeconds() > 0) {
      load.run(new LoadStep(options.rate(), 0, options.warmUpSeconds(), 0));
    }
    LoadFigures later = load.run(new LoadStep(options.rate(), SETTLE_SEC, options.seconds(), 0));
    return new JvmFigures.Turn(ready, first, later, ProcessMemory.rssBytes(server.pid()).orElse(0));
  }

  private void say(String name, List<String> flags, JvmFigures.Turn turn) {
    progress.line(
        String.format(
            Locale.ROOT,
            "%s %s: ready after %.2f s, first %,d p99 %.1f ms, later p50 %.2f, p99 %.1f ms, %d"
                + " refused",
            name,
            flags,
            turn.readySeconds(),
            FIRST,
            turn.first().p99Ms(),
            turn.later().p50Ms(),
            turn.later().p99Ms(),
            turn.later().refused()));
  }
}
