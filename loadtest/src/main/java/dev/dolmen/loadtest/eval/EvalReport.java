package dev.dolmen.loadtest.eval;

import dev.dolmen.loadtest.local.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * An evaluation as a page that needs no network, with drawings, and the same tables as Markdown.
 */
final class EvalReport {
  private static final String STYLE =
      """
      :root { color-scheme: light dark; --ink: #1d2530; --soft: #66707d; --line: #e3e7ec;
        --paper: #ffffff; --back: #f4f6f8; }
      @media (prefers-color-scheme: dark) { :root { --ink: #e6eaf0; --soft: #9aa5b3;
        --line: #323a45; --paper: #1b2028; --back: #12161c; } }
      body { margin: 0; background: var(--back); color: var(--ink);
        font: 15px/1.5 system-ui, sans-serif; }
      main { max-width: 900px; margin: 0 auto; padding: 32px 20px 64px; }
      h1 { font-size: 26px; margin: 0 0 4px; } h2 { font-size: 20px; margin: 40px 0 12px; }
      h3 { font-size: 15px; margin: 24px 0 8px; } p { color: var(--soft); margin: 4px 0 12px; }
      .card { background: var(--paper); border: 1px solid var(--line); border-radius: 10px;
        padding: 14px 18px; margin: 12px 0; overflow-x: auto; }
      table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums;
        font-size: 13px; }
      th, td { padding: 5px 8px; text-align: right; border-bottom: 1px solid var(--line);
        white-space: nowrap; }
      th { color: var(--soft); font-weight: 600; } th:first-child, td:first-child
        { text-align: left; } tr:last-child td { border-bottom: 0; }
      svg { display: block; width: 100%; height: auto; font: 12px system-ui, sans-serif; }
      svg text { fill: var(--ink); } .grid { stroke: var(--line); }
      .whisker { stroke: var(--ink); stroke-width: 1.3; }
      .m0 { fill: #c2452d; } .m1 { fill: #8a97a6; } .m2 { fill: #4f86c6; } .m3 { fill: #3f9d7d; }
      .m4 { fill: #d9a23b; } .m5 { fill: #8d6cc0; }
      [class^="l"] { fill: none; stroke-width: 1.8; }
      .l0 { stroke: #c2452d; } .l1 { stroke: #8a97a6; } .l2 { stroke: #4f86c6; }
      .l3 { stroke: #3f9d7d; } .l4 { stroke: #d9a23b; } .l5 { stroke: #8d6cc0; }
      .key { display: flex; flex-wrap: wrap; gap: 4px 18px; font-size: 13px; margin: 0 0 10px; }
      .key svg { display: inline-block; width: 12px; height: 12px; margin-right: 6px;
        vertical-align: -1px; }
      details summary { cursor: pointer; color: var(--soft); }
      """;

  private final EvalResult result;

  EvalReport(EvalResult result) {
    this.result = result;
  }

  /**
   * Writes {@code report.html} and {@code report.md}.
   *
   * @param folder made if it is not there
   */
  void write(Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("report.html"), html());
    Files.writeString(folder.resolve("report.md"), markdown());
  }

  String html() {
    String sections = result.sections().stream().map(this::section).collect(Collectors.joining());
    return "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>"
        + SvgCanvas.escaped(result.dataset() + ", " + result.protocol())
        + "</title>\n<style>\n"
        + STYLE
        + "</style>\n</head>\n<body>\n<main>\n<h1>"
        + SvgCanvas.escaped(result.dataset() + ": what comes next?")
        + "</h1>\n<p>"
        + SvgCanvas.escaped(result.summary())
        + "</p>\n"
        + sections
        + "<h2>How it was measured</h2>\n"
        + notes().stream()
            .map(n -> "<p>" + SvgCanvas.escaped(n) + "</p>\n")
            .collect(Collectors.joining())
        + "</main>\n</body>\n</html>\n";
  }

  private String section(Section section) {
    StringBuilder html = new StringBuilder();
    html.append("<h2>").append(SvgCanvas.escaped(section.title())).append("</h2>\n");
    html.append(
        String.format(
            Locale.ROOT,
            "<p>%,d predictions, %,d %s; a whisker is an interval of 95%%</p>%n",
            section.questions(),
            section.units(),
            section.unit()));
    for (RankMetric metric : List.of(RankMetric.RECALL_20, RankMetric.MRR_20, RankMetric.NDCG_20)) {
      card(html, metric.title(), EvalPlots.bars(section, metric));
    }
    String key = key(section);
    if (!section.curve().windows().isEmpty()) {
      card(html, "NDCG@20 over the stream", key + EvalPlots.curve(section));
    }
    section.slices().stream()
        .map(Section.Slice::by)
        .distinct()
        .forEach(by -> card(html, "Recall@20 by " + by, key + EvalPlots.slices(section, by)));
    List<EvalTables.Table> tables = EvalTables.all(section);
    card(html, tables.getFirst().title(), table(tables.getFirst()));
    tables.stream()
        .skip(1)
        .forEach(t ->
            html.append("<details class=\"card\"><summary>")
                .append(SvgCanvas.escaped(t.title()))
                .append("</summary>\n")
                .append(table(t))
                .append("</details>\n"));
    return html.toString();
  }

  private static void card(StringBuilder html, String title, String content) {
    html.append("<h3>")
        .append(SvgCanvas.escaped(title))
        .append("</h3>\n<div class=\"card\">\n")
        .append(content)
        .append("</div>\n");
  }

  private static String key(Section section) {
    StringBuilder key = new StringBuilder("<div class=\"key\">");
    for (int m = 0; m < section.models().size(); m++) {
      key.append("<span><svg viewBox=\"0 0 12 12\"><rect width=\"12\" height=\"12\" rx=\"2\"")
          .append(" class=\"m" + m % EvalPlots.COLORS + "\"/></svg>")
          .append(SvgCanvas.escaped(section.models().get(m).name()))
          .append("</span>");
    }
    return key.append("</div>\n").toString();
  }

  private static String table(EvalTables.Table table) {
    StringBuilder html = new StringBuilder("<table>\n");
    html.append(row("th", table.headers()));
    table.rows().forEach(r -> html.append(row("td", r)));
    return html.append("</table>\n").toString();
  }

  private static String row(String tag, List<String> cells) {
    return cells.stream()
        .map(c -> "<" + tag + ">" + SvgCanvas.escaped(c) + "</" + tag + ">")
        .collect(Collectors.joining("", "<tr>", "</tr>\n"));
  }

  String markdown() {
    StringBuilder text = new StringBuilder();
    text.append("# " + result.dataset() + ", " + result.protocol() + "\n");
    text.append(result.summary()).append(".\n");
    for (Section section : result.sections()) {
      text.append("\n## " + section.title() + "\n");
      for (EvalTables.Table table : EvalTables.all(section)) {
        text.append("\n### " + table.title() + "\n\n");
        text.append(line(table.headers()));
        text.append(line(table.headers().stream().map(h -> "---").toList()));
        table.rows().forEach(r -> text.append(line(r)));
      }
    }
    text.append("\n## How it was measured\n");
    notes().forEach(n -> text.append("- ").append(n).append('\n'));
    return text.toString();
  }

  private static String line(List<String> cells) {
    return cells.stream()
        .map(c -> c.replace("|", "\\|"))
        .collect(Collectors.joining(" | ", "| ", " |\n"));
  }

  private List<String> notes() {
    return List.of(
        "A rank is one more than the number of other items that score as high or higher. Recall is"
            + " the hit rate, as each prediction has one target.",
        String.format(
            Locale.ROOT,
            "Intervals are the middle 95%% of %,d draws with replacement, the same draws for every"
                + " model, so that differences are paired. Of a stream, windows are drawn, and"
                + " count alike; otherwise sessions are.",
            Bootstrap.RESAMPLES),
        "Coverage is the share of the items that are in anybody's first 20; popularity the mean"
            + " place of a recommended item by clicks learned, 100% for the most clicked; effective"
            + " items how many it would be if all were recommended equally often. All three are of every prediction that a model made"
            + " among the items learned.",
        String.format(
            Locale.ROOT,
            "Dolmen learned the history %d times, with %d seeds. %,d predictions are of items that"
                + " were never learned, which is a miss for every model.",
            result.passes(),
            result.seeds(),
            result.unknownTargets()),
        "There are no chances of clicks to calibrate: the dataset does not say what was shown.",
        String.format(
            Locale.ROOT,
            "%.0f s, peak memory %,d MB, %s.",
            result.seconds(),
            result.peakRssBytes() / 1_000_000,
            Machine.description()));
  }
}
