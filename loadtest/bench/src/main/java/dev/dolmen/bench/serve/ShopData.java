package dev.dolmen.bench.serve;

import dev.dolmen.parameterstore.file.PrivateFiles;
import dev.dolmen.server.DirectoryTree;
import dev.dolmen.server.cli.terminal.ProgressBar;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.server.config.ConfigException;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.server.data.SchemaYaml;
import dev.dolmen.trainer.HistoryTraining;
import dev.dolmen.trainer.catalog.CatalogOptions;
import dev.dolmen.trainer.log.DirectoryLock;
import dev.dolmen.trainer.snapshot.SnapshotCodec;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a server of a shop's size starts from: a data directory with its catalog and history
 * learned, made once and kept under a name that says what it was made of. A server gets a copy,
 * whose snapshot is the same files.
 */
final class ShopData {
  /** To be raised with every change of shop or visits. */
  private static final int VERSION = 1;

  private static final int CLICKS_MIN = 20_000;
  private static final int CLICKS_MAX = 200_000;
  private static final int CLICKS_PER_ITEM = 3;

  /** What an item of the shop takes of the heap at most. */
  private static final long ITEM_BYTES = 512;

  /** Moment of the first click, 1 November 2026, and the time between two. */
  private static final long FIRST_MS = 1_793_491_200_000L;

  private static final long APART_MS = 20;

  private final LargeShop shop;
  private final long seed;
  private final Path kept;
  private final Terminal progress;

  /**
   * @param kept folder of what is kept, made if it is not there
   */
  ShopData(LargeShop shop, long seed, Path kept, Terminal progress) {
    this.shop = shop;
    this.seed = seed;
    this.kept = kept;
    this.progress = progress;
  }

  private int clicks() {
    return Math.clamp((long) CLICKS_PER_ITEM * shop.items(), CLICKS_MIN, CLICKS_MAX);
  }

  /** A configuration of the product's defaults, as far as they have room for the shop. */
  String yaml(Path dataDirectory) {
    return yaml(dataDirectory, List.of(), "");
  }

  /**
   * As {@link #yaml(Path)}, with changes.
   *
   * @param catalog keys of that section with their values
   * @param more further sections
   */
  String yaml(Path dataDirectory, List<String> catalog, String more) {
    List<String> keys = new ArrayList<>(catalog);
    if (shop.items() > CatalogOptions.defaults().maxItems()) {
      keys.add("max_items: " + shop.items());
      keys.add("max_bytes: " + ITEM_BYTES * shop.items() + "B");
    }
    String section = keys.isEmpty() ? "" : "catalog:\n  " + String.join("\n  ", keys) + "\n";
    return """
    data_directory: "%s"
    server:
      host: 127.0.0.1
      metrics_host: 127.0.0.1
    snapshots:
      on_close: false
    """
            .formatted(dataDirectory)
        + section
        + more
        + SchemaYaml.write(shop.schema());
  }

  /** The data directory to copy from, made now if it is not there. */
  Path learned() throws IOException {
    Path directory = kept.resolve(name());
    if (!Files.isDirectory(directory)) {
      PrivateFiles.createDirectories(kept);
      Path made = Files.createTempDirectory(kept, "making-");
      try {
        learn(made.resolve("data"));
        Files.move(made.resolve("data"), directory);
      } finally {
        DirectoryTree.delete(made);
      }
    }
    return directory;
  }

  /** Another default, schema or layout of snapshots is another name. */
  private String name() {
    String made = DolmenConfig.sample() + yaml(Path.of(""));
    return String.format(
        Locale.ROOT,
        "shop-%d-items-%d-clicks-%d-seed-%d-layout-%d-%s",
        VERSION,
        shop.items(),
        clicks(),
        seed,
        SnapshotCodec.LAYOUT_VERSION,
        Integer.toHexString(made.hashCode()));
  }

  private void learn(Path directory) throws IOException {
    // Validation changes nothing of what is learned, and takes long at this size.
    DolmenConfig settings = parse(yaml(directory, List.of(), "training:\n  validation_share: 0\n"));
    try (HistoryTraining training =
        HistoryTraining.open(settings.engine(), InstantSource.system())) {
      ProgressBar items = bar("catalog of " + shop.items() + " items", shop.items());
      for (int i = 0; i < shop.items(); i++) {
        training.upsert(shop.item(i));
        items.add(1);
      }
      items.done();
      ProgressBar history = bar("learning " + clicks() + " clicks", clicks());
      ShopVisits visits = new ShopVisits(shop, "history", seed);
      for (int i = 0; i < clicks(); i++) {
        training.learn(visits.next(FIRST_MS + i * APART_MS));
        history.add(1);
      }
      training.endPass();
      history.done();
      if (training.inapplicable() > 0) {
        throw new IOException(
            training.inapplicable() + " items or clicks of the shop were left out, expected none");
      }
      training.snapshot();
    }
  }

  private ProgressBar bar(String what, long total) {
    return new ProgressBar(progress, what, total, System::nanoTime);
  }

  private static DolmenConfig parse(String yaml) throws IOException {
    try {
      return DolmenConfig.parse("bench serve", yaml, Map.of());
    } catch (ConfigException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /** Copies a data directory; files of snapshots, which never change, are linked where possible. */
  static void copy(Path from, Path to) throws IOException {
    Files.walkFileTree(
        from,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes a)
              throws IOException {
            PrivateFiles.createDirectory(to.resolve(from.relativize(folder)));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes a) throws IOException {
            Path relative = from.relativize(file);
            if (relative.startsWith("snapshots")) {
              link(to.resolve(relative), file);
            } else if (!relative.endsWith(DirectoryLock.FILE)) {
              Files.copy(file, to.resolve(relative));
            }
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private static void link(Path link, Path file) throws IOException {
    try {
      Files.createLink(link, file);
    } catch (UnsupportedOperationException | IOException e) {
      Files.copy(file, link); // Another file system, or one without links.
    }
  }
}
