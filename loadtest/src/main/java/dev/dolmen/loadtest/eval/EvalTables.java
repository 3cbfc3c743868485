package dev.dolmen.loadtest.eval;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** The tables of a section, as rows of cells: for the terminal, Markdown and HTML alike. */
final class EvalTables {
  /**
   * A table.
   *
   * @param rows cells, as many as headers
   */
  record Table(String title, List<String> headers, List<List<String>> rows) {}

  private EvalTables() {}

  /** Every model's figures at 20. */
  static Table models(Section section) {
    List<List<String>> rows = new ArrayList<>();
    for (Section.Model m : section.models()) {
      rows.add(
          List.of(
              m.name(),
              interval(m.metric(RankMetric.RECALL_20)),
              interval(m.metric(RankMetric.MRR_20)),
              interval(m.metric(RankMetric.NDCG_20)),
              percent(m.coverage()),
              percent(m.popularity()),
              String.format(Locale.ROOT, "%,.0f", m.effectiveItems()),
              String.format(Locale.ROOT, "%.0f", m.askMicros())));
    }
    return new Table(
        "Models, % at 20, intervals of 95% over " + section.unit(),
        List.of(
            "model",
            "Recall",
            "MRR",
            "NDCG",
            "coverage",
            "popularity",
            "effective items",
            "us/prediction"),
        rows);
  }

  /** All cuts. */
  static Table cuts(Section section) {
    List<String> headers =
        Stream.concat(Stream.of("model"), RankMetric.ALL.stream().map(RankMetric::title)).toList();
    List<List<String>> rows =
        section.models().stream()
            .map(m ->
                Stream.concat(
                        Stream.of(m.name()),
                        RankMetric.ALL.stream().map(k -> number(m.metric(k).mean())))
                    .toList())
            .toList();
    return new Table("All cuts, %", headers, rows);
  }

  /** Each pair's differences. */
  static Table differences(Section section) {
    List<List<String>> rows = new ArrayList<>();
    for (Section.Difference d : section.differences()) {
      rows.add(
          List.of(
              d.model() + " less " + d.than(),
              d.metric().title(),
              String.format(
                  Locale.ROOT,
                  "%+.2f [%+.2f, %+.2f]",
                  100 * d.by().mean(),
                  100 * d.by().low(),
                  100 * d.by().high()),
              d.by().significant() ? "yes" : "no"));
    }
    return new Table(
        "Differences, points, paired", List.of("models", "metric", "by", "significant"), rows);
  }

  /** Recall and MRR of each slice. */
  static Table slices(Section section, String by) {
    List<String> headers = new ArrayList<>(List.of(by, "predictions"));
    section.models().forEach(m -> headers.add(m.name()));
    List<List<String>> rows = new ArrayList<>();
    for (Section.Slice slice : section.slices()) {
      if (slice.by().equals(by)) {
        List<String> row = new ArrayList<>();
        row.add(slice.name());
        row.add(String.format(Locale.ROOT, "%,d", slice.questions()));
        slice.models().forEach(f -> row.add(number(f.recall()) + " / " + number(f.mrr())));
        rows.add(row);
      }
    }
    return new Table("Recall@20 / MRR@20, % by " + by, List.copyOf(headers), rows);
  }

  /** All tables of a section. */
  static List<Table> all(Section section) {
    List<Table> tables = new ArrayList<>(List.of(models(section), cuts(section)));
    section.slices().stream()
        .map(Section.Slice::by)
        .distinct()
        .forEach(by -> tables.add(slices(section, by)));
    if (!section.differences().isEmpty()) {
      tables.add(differences(section));
    }
    return tables;
  }

  private static String interval(Estimate e) {
    return number(e.mean()) + " [" + number(e.low()) + ", " + number(e.high()) + "]";
  }

  private static String number(double share) {
    return String.format(Locale.ROOT, "%.2f", 100 * share);
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f%%", 100 * share);
  }
}
