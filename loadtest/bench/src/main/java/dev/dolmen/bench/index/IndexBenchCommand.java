package dev.dolmen.bench.index;

import dev.dolmen.bench.model.Rounds;
import dev.dolmen.model.item.ScanPrecision;
import dev.dolmen.server.DirectoryTree;
import dev.dolmen.server.cli.OptionCheck;
import dev.dolmen.server.cli.terminal.JsonReport;
import dev.dolmen.server.cli.terminal.ProgressBar;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.server.cli.terminal.TextTable;
import dev.dolmen.traffic.local.LocalServer;
import dev.dolmen.traffic.local.Machine;
import dev.dolmen.traffic.report.Reporting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dolmen bench index}. */
@Command(
    name = "index",
    mixinStandardHelpOptions = true,
    description = {
      "Measures searches of all items on one thread: one by itself, and several that share a pass;"
          + " or, with --data, what searches by cells find while a dataset is learned.",
      "",
      "The vectors are random, of width 64; a search is for 20 items, with signals on 135. All"
          + " numbers of searches take turns; figures are medians over the rounds, in the thread's"
          + " processor time. With --data the last 300 visitors ask for 20 items, by cells and exactly,"
          + " after every so many clicks; items come when they are born.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  dolmen bench index --quick",
      "  dolmen bench index --items 1000000 --json index.json",
      "  dolmen bench index --data datasets/diginetica --limit 1000000"
    })
public final class IndexBenchCommand implements Callable<Integer> {
  @Option(
      names = "--items",
      paramLabel = "N",
      description = "Items, 1,000 to 10,000,000. Default: ${DEFAULT-VALUE}.")
  private int items = 100_000;

  @Option(names = "--quick", description = "Short rounds: for a first look.")
  private boolean quick;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Folder of a dataset in RecBole's atomic files: recall while it is learned.")
  private @Nullable Path data;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "Only the first N clicks of the dataset.")
  private long limit = Long.MAX_VALUE;

  @Option(
      names = "--every",
      paramLabel = "N",
      description = "Clicks between two looks, 1,000 or more. Default: ${DEFAULT-VALUE}.")
  private long every = 50_000;

  @Option(
      names = "--peers",
      paramLabel = "NAME",
      split = ",",
      description =
          "With --data: graphs of libraries over the same items, built at each look: jvector,"
              + " lucene-hnsw.")
  private List<String> peers = List.of();

  @Mixin private Reporting reporting = new Reporting();

  private final Terminal out;
  private final Terminal progress;

  /** Prints to standard output. */
  public IndexBenchCommand() {
    this(Terminal.stdout(), Terminal.stderr());
  }

  /** Prints figures to {@code out} and progress to {@code progress}. */
  public IndexBenchCommand(Terminal out, Terminal progress) {
    this.out = out;
    this.progress = progress;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    OptionCheck.require(
        items >= 1_000 && items <= 10_000_000, "--items", items, "1,000 to 10,000,000");
    OptionCheck.require(limit >= 1, "--limit", limit, "1 or more");
    OptionCheck.require(every >= 1_000, "--every", every, "1,000 or more");
    for (String peer : peers) {
      OptionCheck.require(
          GraphPeer.byName().containsKey(peer),
          "--peers",
          peer,
          "some of " + String.join(", ", GraphPeer.byName().keySet()));
    }
    OptionCheck.require(
        peers.isEmpty() || data != null, "--peers", String.join(",", peers), "--data as well");
    return data == null ? passes() : stream(data);
  }

  private int stream(Path folder) throws IOException, InterruptedException {
    LocalServer.quietLogs();
    Path directory = Files.createTempDirectory("dolmen-bench-index-");
    try (PeerRecall graphs = new PeerRecall(peers)) {
      StreamRecall.Seen seen =
          new StreamRecall(folder, limit, every, graphs, progress).measure(directory);
      reporting.publish(
          out,
          () -> printStream(seen),
          new JsonReport()
              .put("machine", Machine.description())
              .put("stream", seen.lines().stream().map(IndexBenchCommand::json).toList())
              .put("peers", seen.peers().stream().map(IndexBenchCommand::json).toList()));
    } finally {
      DirectoryTree.delete(directory);
    }
    return 0;
  }

  private void printStream(StreamRecall.Seen seen) {
    TextTable table =
        new TextTable(
            "clicks",
            "items",
            "cells",
            "passes",
            "recall@20",
            "worst",
            "vectors alone",
            "us by cells",
            "us exact");
    for (StreamRecall.Line line : seen.lines()) {
      table.row(
          line.clicks(),
          line.items(),
          line.cells(),
          line.passes(),
          String.format(Locale.ROOT, "%.4f", line.recall()),
          String.format(Locale.ROOT, "%.2f", line.worst()),
          String.format(Locale.ROOT, "%.4f", line.vectorRecall()),
          String.format(Locale.ROOT, "%,.0f", line.cellsUs()),
          String.format(Locale.ROOT, "%,.0f", line.exactUs()));
    }
    out.text(table);
    if (!seen.peers().isEmpty()) {
      out.line("");
      printPeers(seen.peers());
    }
    out.line(Machine.description());
  }

  private void printPeers(List<PeerRecall.Line> lines) {
    TextTable table =
        new TextTable(
            "clicks", "peer", "items", "built in s", "recall@20", "a look later", "us", "MB");
    for (PeerRecall.Line line : lines) {
      table.row(
          line.clicks(),
          line.peer(),
          line.items(),
          String.format(Locale.ROOT, "%.1f", line.buildSeconds()),
          String.format(Locale.ROOT, "%.4f", line.recall()),
          Double.isNaN(line.later()) ? "" : String.format(Locale.ROOT, "%.4f", line.later()),
          String.format(Locale.ROOT, "%,.0f", line.searchUs()),
          String.format(Locale.ROOT, "%,.1f", line.bytes() / 1e6));
    }
    out.text(table);
    out.line("a look later: of the graph built at the look before, by vectors alone");
  }

  private static JsonReport json(PeerRecall.Line line) {
    return new JsonReport()
        .put("clicks", line.clicks())
        .put("peer", line.peer())
        .put("items", line.items())
        .put("build_seconds", line.buildSeconds())
        .put("us", line.searchUs())
        .put("vector_recall_at_20", line.recall())
        .put("vector_recall_at_20_a_look_later", line.later())
        .put("bytes", line.bytes());
  }

  private static JsonReport json(StreamRecall.Line line) {
    return new JsonReport()
        .put("clicks", line.clicks())
        .put("items", line.items())
        .put("cells", line.cells())
        .put("upkeep_passes", line.passes())
        .put("recall_at_20", line.recall())
        .put("worst_recall", line.worst())
        .put("vector_recall_at_20", line.vectorRecall())
        .put("us_by_cells", line.cellsUs())
        .put("us_exact", line.exactUs());
  }

  private int passes() throws IOException, InterruptedException {
    PassFigures figures = new PassFigures(quick ? Rounds.QUICK : Rounds.FULL, items);
    ScanPrecision[] precisions = ScanPrecision.values();
    ProgressBar bar = new ProgressBar(progress, "index", precisions.length, System::nanoTime);
    List<PassFigures.Line> lines = new ArrayList<>();
    for (ScanPrecision precision : precisions) {
      bar.show(
          lines.size() / PassFigures.TOGETHER.length, precision.name().toLowerCase(Locale.ROOT));
      lines.addAll(figures.measure(precision));
    }
    bar.done();
    reporting.publish(
        out,
        () -> print(lines),
        new JsonReport()
            .put("machine", Machine.description())
            .put("seed", PassFigures.SEED)
            .put("items", items)
            .put("passes", lines.stream().map(IndexBenchCommand::json).toList()));
    return 0;
  }

  private void print(List<PassFigures.Line> lines) {
    TextTable table =
        new TextTable("scan", "together", "us a pass", "us a search", "searches/s", "to alone");
    for (PassFigures.Line line : lines) {
      table.row(
          line.precision(),
          line.together(),
          String.format(Locale.ROOT, "%,.0f", line.us()),
          String.format(Locale.ROOT, "%,.1f", line.us() / line.together()),
          String.format(Locale.ROOT, "%,.0f", line.perSecond()),
          String.format(Locale.ROOT, "%.2f", line.ratio()));
    }
    out.text(table);
    out.line(
        String.format(Locale.ROOT, "%,d items of width %d, ", items, PassFigures.WIDTH)
            + Machine.description()
            + ", seed "
            + PassFigures.SEED);
  }

  private static JsonReport json(PassFigures.Line line) {
    return new JsonReport()
        .put("scan", line.precision())
        .put("together", line.together())
        .put("us", line.us())
        .put("searches_per_second", line.perSecond())
        .put("to_alone", line.ratio());
  }
}
