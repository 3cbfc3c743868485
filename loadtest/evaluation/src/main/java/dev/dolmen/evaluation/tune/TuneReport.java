package dev.dolmen.evaluation.tune;

import dev.dolmen.evaluation.metric.Estimate;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.server.cli.terminal.TextTable;
import dev.dolmen.trainer.validation.RankMetric;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** A search for a person: what was done, tables, and how sure it is. */
final class TuneReport {

  private final TuneResult result;
  private final RankMetric metric;

  TuneReport(TuneResult result) {
    this.result = result;
    metric = result.options().metric();
  }

  /** Changed keys and their values in one line. */
  static String settings(Map<String, String> settings) {
    return settings.isEmpty()
        ? "as it was"
        : settings.entrySet().stream()
            .map(e -> e.getKey() + " " + e.getValue())
            .collect(Collectors.joining(", "));
  }

  /**
   * Prints all of it.
   *
   * @param file that the best settings were written to
   */
  void print(Terminal out, TunedFile tuned, Path file) {
    out.line(summary());
    out.line("");
    out.line(out.dim(metric.key() + ", %, by how much was learned"));
    out.text(trials());
    if (!result.effects().isEmpty()) {
      out.line("");
      out.line(out.dim(effectsTitle()));
      out.text(effects());
    }
    out.line("");
    out.text(compared());
    out.line("");
    verdict().forEach(out::line);
    out.line("");
    out.line("written: " + file);
    out.line("again:   " + tuned.again(file.toString()));
    out.line("test:    " + tuned.test(file.toString()));
  }

  /** What was done. */
  String summary() {
    TuneResult.Rung top = result.rungs().getLast();
    return String.format(
        Locale.ROOT,
        "%s, %s%s: %,d settings, the last rung learns %,d clicks and predicts %,d",
        result.dataset(),
        result.predicted().protocol(),
        result.predicted().stream() ? " (live)" : " (validation)",
        result.candidates(),
        top.learned(),
        top.predictions());
  }

  /** Every settings' figures on each rung, and what they change; best first. */
  String trials() {
    Ladder ladder = result.options().ladder();
    List<String> headers = new ArrayList<>(List.of("trial"));
    for (int rung = 0; rung < ladder.rungs(); rung++) {
      headers.add("on " + ladder.shareName(rung));
    }
    TextTable table = new TextTable(headers.toArray(String[]::new));
    List<String> changes = new ArrayList<>(List.of("changed"));
    int width = 0;
    for (Map.Entry<Map<String, String>, List<String>> row : rows().entrySet()) {
      List<String> cells = new ArrayList<>(List.of(String.valueOf(changes.size())));
      cells.addAll(row.getValue());
      table.row(cells.toArray());
      changes.add(settings(row.getKey()));
    }
    List<String> lines = table.text().lines().toList();
    for (String line : lines) {
      width = Math.max(width, line.length());
    }
    // Of different lengths, these are put behind the table, where they can begin alike.
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      text.append(line).append(" ".repeat(width - line.length() + 2));
      text.append(changes.get(i)).append('\n');
    }
    return text.toString();
  }

  /** Cells of each rung, by settings, best first. */
  private Map<Map<String, String>, List<String>> rows() {
    Map<Map<String, String>, List<String>> rows = new LinkedHashMap<>();
    int top = result.rungs().size() - 1;
    for (int rung = top; rung >= 0; rung--) {
      for (Trial trial : trials(rung)) {
        rows.computeIfAbsent(trial.settings(), s -> cells(s));
      }
    }
    return rows;
  }

  private List<Trial> trials(int rung) {
    List<Trial> trials = new ArrayList<>(result.rungs().get(rung).trials());
    boolean top = rung == result.rungs().size() - 1;
    if (top && trials.stream().noneMatch(t -> t.settings().isEmpty())) {
      trials.add(result.start());
      trials.sort(Comparator.comparingDouble((Trial t) -> t.figure(metric)).reversed());
    }
    return trials;
  }

  private List<String> cells(Map<String, String> settings) {
    List<String> cells = new ArrayList<>();
    for (int rung = 0; rung < result.rungs().size(); rung++) {
      cells.add(
          trials(rung).stream()
              .filter(t -> t.settings().equals(settings))
              .map(t -> percent(t.figure(metric)))
              .findFirst()
              .orElse(""));
    }
    return cells;
  }

  /** What was changed, and what each change gave. */
  String effects() {
    TextTable table = new TextTable("key", "from", "to", "points", "sure");
    for (TuneResult.Effect effect : result.effects()) {
      Estimate by = effect.by();
      table.row(
          effect.key(),
          effect.from(),
          effect.to(),
          by == null ? "" : points(by),
          by == null ? "" : by.significant() ? "yes" : "no");
    }
    return table.text();
  }

  /** What {@link #effects} are measured by, and on. */
  String effectsTitle() {
    return "Changes, "
        + metric.key()
        + " with all of them less that with this one taken back, on "
        + share(result.effectsRung());
  }

  /** A rung's share of the history. */
  String share(int rung) {
    String name = result.options().ladder().shareName(rung);
    return name.equals("all") ? "the whole history" : "the last " + name + " of the history";
  }

  /** The best beside the start, by all metrics. */
  String compared() {
    TextTable table =
        new TextTable("on everything, %", "best", "as it was", "points, paired", "sure");
    result
        .compared()
        .forEach((m, c) ->
            table.row(
                m.key(),
                interval(c.winner()),
                interval(c.start()),
                result.changed() ? points(c.by()) : "",
                result.changed() ? c.by().significant() ? "yes" : "no" : ""));
    return table.text();
  }

  /** How sure it is, in a sentence or two. */
  List<String> verdict() {
    if (!result.changed()) {
      return List.of(
          "Nothing of "
              + result.candidates()
              + " that were tried is better than the configuration as it was: nothing is changed.");
    }
    Estimate by = result.headline().by();
    String sure =
        by.significant()
            ? "%s is higher by %s points, an interval that does not hold 0."
            : "%s is higher by %s points, an interval that holds 0: on these predictions it may be"
                + " chance, and no reason to change anything.";
    return List.of(
        String.format(Locale.ROOT, sure, metric.key(), points(by)),
        "It is the best of "
            + result.candidates()
            + " on these very predictions, which flatters it, and the interval knows nothing of other"
            + " seeds: the test part tells.");
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.2f", 100 * share);
  }

  private static String interval(Estimate e) {
    return percent(e.mean()) + " [" + percent(e.low()) + ", " + percent(e.high()) + "]";
  }

  /** A difference as in {@code +0.41 [+0.20, +0.62]}. */
  static String points(Estimate e) {
    return String.format(
        Locale.ROOT, "%+.2f [%+.2f, %+.2f]", 100 * e.mean(), 100 * e.low(), 100 * e.high());
  }
}
