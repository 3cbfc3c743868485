package dev.dolmen.server.cli;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import dev.dolmen.server.cli.terminal.Amounts;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.server.cli.terminal.TextTable;
import dev.dolmen.v1.ArmStatus;
import dev.dolmen.v1.ClickStatus;
import dev.dolmen.v1.ExperimentStatus;
import dev.dolmen.v1.FallbackStatus;
import dev.dolmen.v1.LogStatus;
import dev.dolmen.v1.PopularityCheck;
import dev.dolmen.v1.RankerStatus;
import dev.dolmen.v1.SearchStatus;
import dev.dolmen.v1.SnapshotStoreStatus;
import dev.dolmen.v1.StatusResponse;
import dev.dolmen.v1.ValidationSlice;
import dev.dolmen.v1.ValidationStatus;
import java.time.Instant;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Prints what a running server has learned. */
@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Prints what a running server has learned and how it is doing.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:the server answered and is ready",
      "1:it did not answer, is not ready, or takes no feedback yet"
    },
    footer = {
      "",
      "Examples:",
      "  dolmen status",
      "  dolmen status --server shop.internal:7070 --json"
    })
final class StatusCommand implements Callable<Integer> {
  @Mixin private ServerAddress server = new ServerAddress();

  @Option(names = "--json", description = "Print the whole answer as JSON.")
  private boolean json;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws InvalidProtocolBufferException {
    StatusResponse status = server.status();
    Terminal out = Terminal.out(spec);
    if (json) {
      out.line(JsonFormat.printer().print(status));
    } else {
      print(status, out);
    }
    return status.getNotReadyReason().isEmpty() ? 0 : 1;
  }

  private static void print(StatusResponse s, Terminal out) {
    String since = Instant.ofEpochSecond(s.getStarted().getSeconds()).toString();
    out.line("dolmen " + s.getVersion() + ", started " + since);
    String reason = s.getNotReadyReason();
    String state = s.hasReplay() ? "REPLAYING: " : "NOT READY: ";
    out.line(reason.isEmpty() ? "ready" : state + reason);
    if (!s.getServedSnapshotId().isEmpty()) {
      out.line("serves snapshot " + s.getServedSnapshotId() + " and takes nothing");
    }
    out.line("");
    out.text(
        new TextTable("", "")
            .row("batches learned", s.getModelVersion())
            .row("feedback events learned", s.getFeedbackEventsLearned())
            .row("records logged, not learned", s.getLearning().getLagRecords())
            .row("catalogue items", s.getCatalogItems())
            .row("sessions remembered", s.getSessions())
            .row("freshness p50", millis(s.getFreshnessP50Ms()))
            .row("freshness p99", millis(s.getFreshnessP99Ms()))
            .row(
                "latest snapshot",
                s.getLatestSnapshotId().isEmpty() ? "none" : s.getLatestSnapshotId()));
    if (s.hasSnapshotStore()) {
      out.line("");
      store(s.getSnapshotStore(), out);
    }
    if (s.hasLog()) {
      out.line("");
      log(s.getLog(), out);
    }
    out.line("");
    out.text(validation(s));
    out.line("");
    if (s.getPopularityChecksCount() > 0) {
      out.line(String.format(Locale.ROOT, "shape of popularity  %.2f", s.getPopularityShape()));
      out.text(popularity(s));
      out.line("");
    }
    out.text(clicks(s));
    out.line("");
    alternatives(s, out);
    if (s.hasSearch() && s.getSearch().getCells() > 0) {
      out.text(search(s.getSearch()));
      out.line("");
    }
    TextTable memory = new TextTable("memory", "bytes");
    new TreeMap<>(s.getMemoryBytesMap())
        .forEach((part, bytes) -> memory.row(part, Amounts.bytes(bytes)));
    out.text(memory);
    counts("dropped keys that the schema does not know", s.getDroppedKeysMap(), out);
    counts("values of items that the schema reads in part", s.getCutValuesMap(), out);
  }

  private static TextTable search(SearchStatus search) {
    String recall =
        search.getCompared() == 0
            ? "not measured yet"
            : String.format(
                Locale.ROOT,
                "%.2f%% of %,d exact answers",
                100 * search.getRecall(),
                search.getCompared());
    return new TextTable("search by cells", "")
        .row("cells", search.getCells())
        .row("searches", search.getSearches())
        .row("recall", recall);
  }

  private static void store(SnapshotStoreStatus store, Terminal out) {
    boolean any = !store.getNewestId().isEmpty();
    out.text(
        new TextTable("store of snapshots", "")
            .row("location", store.getLocation())
            .row("put last", any ? store.getNewestId() : "none by this process")
            .row("seconds ago", any ? Long.toString(store.getAgeSeconds()) : "")
            .row("failures", store.getFailures()));
    if (!store.getProblem().isEmpty()) {
      out.line("not put: " + store.getProblem());
    }
  }

  private static void log(LogStatus log, Terminal out) {
    String bound = log.getMaxBytes() == 0 ? "no bound" : Amounts.bytes(log.getMaxBytes());
    out.text(
        new TextTable("feedback log", "")
            .row("bytes", Amounts.bytes(log.getBytes()))
            .row("bound", bound)
            .row("damage", log.getDamage().isEmpty() ? "none" : "yes"));
    // A sentence is longer than a table is wide.
    if (!log.getDamage().isEmpty()) {
      out.line("damaged: " + log.getDamage());
    } else if (!log.getNotTaking().isEmpty()) {
      out.line("takes nothing: " + log.getNotTaking());
    }
  }

  private static void counts(String what, Map<String, Long> counts, Terminal out) {
    if (!counts.isEmpty()) {
      TextTable table = new TextTable(what, "times");
      new TreeMap<>(counts).forEach((name, n) -> table.row(name, n));
      out.line("");
      out.text(table);
    }
  }

  private static void alternatives(StatusResponse s, Terminal out) {
    if (s.hasExperiment()) {
      out.text(experiment(s.getExperiment()));
      out.line("");
    }
    if (s.getRankersCount() > 0) {
      out.text(rankers(s));
      knowsLess(s).ifPresent(out::line);
      out.line("");
    }
    if (s.hasFallback()) {
      FallbackStatus f = s.getFallback();
      out.text(
          new TextTable("fallback", "while learning", "after waiting")
              .row(f.getRanker(), f.getLearning(), f.getWaited()));
      out.line("");
    }
  }

  /** Says so where a baseline has not learned half of what the model has: it is no fair match. */
  static Optional<String> knowsLess(StatusResponse s) {
    long learned = s.getFeedbackEventsLearned();
    return s.getRankersList().stream()
        .min(Comparator.comparingLong(RankerStatus::getClicks))
        .filter(r -> r.getClicks() < learned / 2)
        .map(r ->
            String.format(
                Locale.ROOT,
                "%s knows %,d clicks, the model has learned %,d events, each pass of a history"
                    + " counted:%nno fair comparison while a baseline knows much less",
                r.getRanker(),
                r.getClicks(),
                learned));
  }

  private static TextTable experiment(ExperimentStatus experiment) {
    TextTable table =
        new TextTable(
            "experiment " + experiment.getName(),
            "ranker",
            "share",
            "answers",
            "clicked",
            "click rate",
            "+/- (95%)",
            "to first",
            "+/- (95%)");
    for (ArmStatus arm : experiment.getArmsList()) {
      table.row(
          arm.getArm(),
          arm.getRanker(),
          arm.getShare(),
          arm.getAnswers(),
          arm.getClickedAnswers(),
          arm.getClickRate(),
          arm.getClickRateMargin(),
          arm.getToFirst(),
          arm.getToFirstMargin());
    }
    return table;
  }

  private static TextTable rankers(StatusResponse s) {
    TextTable table =
        new TextTable(
            "baseline", "clicks", "predictions", "recall@20", "mrr@20", "ndcg@20", "memory");
    for (RankerStatus r : s.getRankersList()) {
      table.row(
          r.getRanker(),
          r.getClicks(),
          r.getRanking().getPredictions(),
          r.getRanking().getRecallAt20(),
          r.getRanking().getMrrAt20(),
          r.getRanking().getNdcgAt20(),
          Amounts.bytes(r.getMemoryBytes()));
    }
    return table;
  }

  private static TextTable validation(StatusResponse s) {
    TextTable table =
        new TextTable(
            "validation",
            "predictions",
            "recall@20",
            "95%",
            "mrr@20",
            "ndcg@20",
            "popularity recall@20",
            "neighbors recall@20");
    long scored = s.getValidationTotal().getModel().getPredictions();
    boolean all = scored >= s.getValidationSeen();
    String start =
        all
            ? "since the start"
            : String.format(Locale.ROOT, "since the start, of %,d", s.getValidationSeen());
    row(table, start, s.getValidationTotal());
    row(table, "of late", s.getValidationWindow());
    for (ValidationSlice slice : s.getValidationSlicesList()) {
      row(table, slice.getBy() + ": " + slice.getSlice(), slice.getValidation());
    }
    return table;
  }

  private static void row(TextTable table, String name, ValidationStatus v) {
    table.row(
        name,
        v.getModel().getPredictions(),
        v.getModel().getRecallAt20(),
        String.format(
            Locale.ROOT,
            "%.4f to %.4f",
            v.getModel().getRecallAt20Low(),
            v.getModel().getRecallAt20High()),
        v.getModel().getMrrAt20(),
        v.getModel().getNdcgAt20(),
        v.getPopularity().getRecallAt20(),
        v.getNeighbors().getRecallAt20());
  }

  private static TextTable popularity(StatusResponse s) {
    TextTable table =
        new TextTable("items with clicks", "where the mean is", "clicks claimed", "clicks came");
    for (PopularityCheck check : s.getPopularityChecksList()) {
      table.row(
          atLeast(check.getClicksFrom()),
          atLeast(check.getMeanFrom()),
          Math.round(check.getClaimed()),
          check.getClicked());
    }
    return table;
  }

  private static String atLeast(double from) {
    return String.format(Locale.ROOT, "%.1f and more", from);
  }

  private static TextTable clicks(StatusResponse s) {
    TextTable table =
        new TextTable(
            "clicks", "shown", "click rate", "chance", "auc", "log loss", "calibration error");
    row(table, "since the start", s.getClicksTotal());
    row(table, "of late", s.getClicksWindow());
    return table;
  }

  private static void row(TextTable table, String name, ClickStatus c) {
    table.row(
        name,
        Math.round(c.getShown()),
        c.getClickRate(),
        c.getMeanChance(),
        c.getAuc(),
        c.getLogLoss(),
        c.getExpectedCalibrationError());
  }

  private static String millis(double millis) {
    return String.format(Locale.ROOT, "%.1f ms", millis);
  }
}
