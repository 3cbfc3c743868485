package dev.dolmen.evaluation.report;

import dev.dolmen.evaluation.comparison.ReportSection;
import dev.dolmen.evaluation.metric.Estimate;
import dev.dolmen.trainer.validation.RankMetric;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The tables of a section, as rows of cells: for the terminal, where 100 columns are enough with
 * names of up to 20 characters, for Markdown and for HTML alike.
 */
public final class EvalTables {
  private static final List<RankMetric> AT_20 =
      List.of(RankMetric.RECALL_20, RankMetric.MRR_20, RankMetric.NDCG_20);

  /**
   * A table.
   *
   * @param rows cells, as many as headers
   */
  public record Table(String title, List<String> headers, List<List<String>> rows) {}

  private EvalTables() {}

  /** Every model's figures at 20. */
  static Table models(ReportSection section) {
    List<List<String>> rows =
        section.models().stream()
            .map(m ->
                Stream.concat(Stream.of(m.name()), AT_20.stream().map(k -> interval(m.metric(k))))
                    .toList())
            .toList();
    return new Table(
        "Models, % with intervals of 95% over " + section.unit(),
        List.of("model", "recall@20", "mrr@20", "ndcg@20"),
        rows);
  }

  /** What is recommended. */
  static Table recommended(ReportSection section) {
    List<List<String>> rows =
        section.models().stream()
            .map(m ->
                List.of(
                    m.name(),
                    percent(m.recommended().coverage()),
                    percent(m.recommended().popularity()),
                    signed(m.recommended().popularityBias()),
                    decimal(m.recommended().vendi()),
                    String.format(Locale.ROOT, "%,.0f", m.recommended().effectiveItems())))
            .toList();
    return new Table(
        "What is recommended, first 20",
        List.of(
            "model", "coverage", "popularity", "less clicked", "Vendi of 20", "effective items"),
        rows);
  }

  /** What it took. */
  static Table cost(ReportSection section) {
    List<List<String>> rows =
        section.models().stream()
            .map(m ->
                List.of(
                    m.name(),
                    Integer.toString(m.runs()),
                    seconds(m.cost().learnSeconds()),
                    seconds(m.cost().askSeconds()),
                    String.format(Locale.ROOT, "%,.0f", m.askMicros()),
                    megabytes(m.cost().heldBytes()),
                    megabytes(m.cost().peakRssBytes())))
            .toList();
    return new Table(
        "What a run took",
        List.of(
            "model", "runs", "learning s", "answering s", "us/answer", "holds MB", "process MB"),
        rows);
  }

  /** All cuts. */
  static Table cuts(ReportSection section) {
    List<String> headers = new ArrayList<>(List.of("model"));
    for (RankMetric.Kind kind : RankMetric.Kind.values()) {
      ofKind(kind).forEach(k -> headers.add(headers(k)));
    }
    List<List<String>> rows = new ArrayList<>();
    for (ReportSection.Model m : section.models()) {
      List<String> row = new ArrayList<>(List.of(m.name()));
      for (RankMetric.Kind kind : RankMetric.Kind.values()) {
        ofKind(kind).forEach(k -> row.add(number(m.metric(k).mean())));
      }
      rows.add(row);
    }
    return new Table("All cuts, %", List.copyOf(headers), rows);
  }

  private static List<RankMetric> ofKind(RankMetric.Kind kind) {
    return RankMetric.ALL.stream().filter(k -> k.kind() == kind).toList();
  }

  /** The kind is said once. */
  private static String headers(RankMetric metric) {
    return metric.cut() == RankMetric.ALL.getFirst().cut() ? metric.key() : "@" + metric.cut();
  }

  /** Differences of all models to the first. */
  static Table differences(ReportSection section) {
    List<List<String>> rows = new ArrayList<>();
    String first = section.models().getFirst().name();
    for (ReportSection.Model model : section.models()) {
      if (!model.name().equals(first)) {
        rows.add(
            Stream.concat(
                    Stream.of(model.name()),
                    AT_20.stream().map(k -> difference(section.lessFirst(model.name(), k))))
                .toList());
      }
    }
    return new Table(
        "Differences to " + first + ", points, paired; * where 0 is outside of the interval",
        List.of("model", "recall@20", "mrr@20", "ndcg@20"),
        rows);
  }

  /** Every pair's differences. */
  static Table pairs(ReportSection section) {
    List<List<String>> rows = new ArrayList<>();
    for (ReportSection.Difference d : section.differences()) {
      rows.add(List.of(d.model() + " less " + d.than(), d.metric().key(), difference(d.by())));
    }
    return new Table("Differences of all pairs, points", List.of("models", "metric", "by"), rows);
  }

  /** Recall and MRR of each slice, a row a model. */
  static Table slices(ReportSection section, String by) {
    List<ReportSection.PredictionSlice> slices = section.slicesBy(by);
    List<String> headers = new ArrayList<>(List.of("model"));
    List<String> counts = new ArrayList<>(List.of("(predictions)"));
    for (ReportSection.PredictionSlice slice : slices) {
      headers.add(slice.name());
      counts.add(String.format(Locale.ROOT, "%,d", slice.predictions()));
    }
    List<List<String>> rows = new ArrayList<>(List.of(counts));
    for (int m = 0; m < section.models().size(); m++) {
      List<String> row = new ArrayList<>(List.of(section.models().get(m).name()));
      for (ReportSection.PredictionSlice slice : slices) {
        ReportSection.SliceFigures f = slice.models().get(m);
        row.add(number(f.recall()) + " / " + number(f.mrr()));
      }
      rows.add(row);
    }
    return new Table("recall@20 / mrr@20, % by " + by, List.copyOf(headers), rows);
  }

  /** How chances and clicks agree. */
  static Table calibration(ReportSection section) {
    List<List<String>> rows =
        section.calibrations().stream()
            .map(c ->
                List.of(
                    c.model(),
                    c.cut() == 1 ? "is the first" : "is in the first " + c.cut(),
                    number(c.given()),
                    number(c.observed()),
                    number(c.error())))
            .toList();
    return new Table(
        "Chances, % of all items",
        List.of("model", "the next item", "chance given", "share observed", "calibration error"),
        rows);
  }

  /** Means of each seed. */
  static Table seeds(ReportSection section) {
    List<List<String>> rows = new ArrayList<>();
    for (ReportSection.Model m : section.models()) {
      for (int run = 0; m.runs() > 1 && run < m.runs(); run++) {
        List<String> row = new ArrayList<>(List.of(m.name(), Integer.toString(run + 1)));
        for (RankMetric metric : AT_20) {
          row.add(number(m.bySeed().getOrDefault(metric, List.of()).get(run)));
        }
        rows.add(row);
      }
    }
    return new Table(
        "Each seed, %", List.of("model", "run", "recall@20", "mrr@20", "ndcg@20"), rows);
  }

  /** The tables of a section; those without rows are left out. */
  public static List<Table> all(ReportSection section) {
    List<Table> tables = new ArrayList<>(List.of(models(section), differences(section)));
    tables.add(cuts(section));
    section.sliced().forEach(by -> tables.add(slices(section, by)));
    tables.addAll(
        List.of(recommended(section), calibration(section), seeds(section), cost(section)));
    return tables.stream().filter(t -> !t.rows().isEmpty()).toList();
  }

  private static String interval(Estimate e) {
    return number(e.mean()) + " [" + number(e.low()) + ", " + number(e.high()) + "]";
  }

  private static String difference(Estimate e) {
    return e.points(2) + (e.significant() ? "*" : " ");
  }

  private static String number(double share) {
    return String.format(Locale.ROOT, "%.2f", 100 * share);
  }

  private static String percent(double share) {
    return known(share, String.format(Locale.ROOT, "%.1f%%", 100 * share));
  }

  private static String signed(double share) {
    return known(share, String.format(Locale.ROOT, "%+.1f", 100 * share));
  }

  private static String decimal(double value) {
    return known(value, String.format(Locale.ROOT, "%.2f", value));
  }

  private static String seconds(double seconds) {
    return String.format(Locale.ROOT, seconds < 10 ? "%.2f" : "%,.0f", seconds);
  }

  private static String megabytes(long bytes) {
    return bytes < 0 ? "-" : String.format(Locale.ROOT, "%,.0f", bytes / 1e6);
  }

  private static String known(double value, String text) {
    return Double.isNaN(value) ? "-" : text;
  }
}
