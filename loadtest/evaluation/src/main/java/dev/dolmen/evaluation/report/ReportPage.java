package dev.dolmen.evaluation.report;

import dev.dolmen.evaluation.comparison.EvalResult;
import dev.dolmen.evaluation.comparison.ReportSection;
import dev.dolmen.evaluation.plot.DrawingStyle;
import dev.dolmen.evaluation.plot.SvgCanvas;
import dev.dolmen.traffic.report.Provenance;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** An evaluation as a page that needs neither a network nor a script. Well-formed XML, too. */
final class ReportPage {
  private final EvalResult result;
  private final Provenance made;
  private final ReportFigures figures = new ReportFigures();

  ReportPage(EvalResult result, Provenance made) {
    this.result = result;
    this.made = made;
  }

  String html() {
    String title = SvgCanvas.escaped(result.dataset() + ", " + result.protocol());
    return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
        + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<title>"
        + title
        + "</title>\n<style>\n"
        + style()
        + "</style>\n</head>\n<body>\n<main>\n<h1>"
        + SvgCanvas.escaped(result.dataset() + ": what comes next?")
        + "</h1>\n"
        + paragraph("soft", result.summary())
        + paragraph("lead", ReportNotes.headline(result.headline()))
        + facts()
        + contents()
        + result.sections().stream().map(this::section).collect(Collectors.joining())
        + ExampleCards.html(result.examples())
        + costs()
        + "<h2 id=\"method\">How it was measured</h2>\n"
        + ReportNotes.method(result).stream()
            .map(n -> paragraph("soft", n))
            .collect(Collectors.joining())
        + "</main>\n</body>\n</html>\n";
  }

  private static String style() {
    try (InputStream in = ReportPage.class.getResourceAsStream("report.css")) {
      if (in == null) {
        throw new IllegalStateException("report.css is missing next to the classes");
      }
      String page = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return DrawingStyle.css() + page;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What makes the figures again. */
  private String facts() {
    return "<dl class=\"facts\">\n<dt>date</dt><dd>"
        + made.dateAndTime()
        + "</dd>\n<dt>version</dt><dd>"
        + escaped(made.program())
        + "</dd>\n<dt>machine</dt><dd>"
        + escaped(made.machine())
        + "</dd>\n<dt>command</dt><dd><code>"
        + escaped(made.commandLine())
        + "</code></dd>\n</dl>\n";
  }

  private String contents() {
    StringBuilder html = new StringBuilder("<nav aria-label=\"Contents\"><ul>\n");
    for (ReportSection section : result.sections()) {
      html.append(link(section.key(), section.title()));
    }
    if (!result.examples().isEmpty()) {
      html.append(link("examples", "example sessions"));
    }
    return html.append(link("cost", "what it took"))
        .append(link("method", "how it was measured"))
        .append("</ul></nav>\n")
        .toString();
  }

  private static String link(String id, String text) {
    return "<li><a href=\"#" + id + "\">" + SvgCanvas.escaped(text) + "</a></li>\n";
  }

  private String section(ReportSection section) {
    List<EvalTables.Table> tables = EvalTables.all(section);
    return heading(section.key(), section.title())
        + paragraph("soft", ReportNotes.intervals(section))
        + figures.metrics(section)
        + figures.differences(section)
        + figures.curve(section)
        + figures.slices(section)
        + figures.calibration(section)
        + figures.recommended(section)
        + "<details><summary>All figures of this section</summary>\n"
        + tables.stream().map(ReportPage::table).collect(Collectors.joining())
        + (section.differences().isEmpty() ? "" : table(EvalTables.pairs(section)))
        + "</details>\n";
  }

  /** A plan's sections share what it took. */
  private String costs() {
    Set<String> readings = new HashSet<>();
    StringBuilder html = new StringBuilder(heading("cost", "What it took"));
    for (ReportSection section : result.sections()) {
      if (readings.add(section.reading())) {
        html.append("<h3>" + SvgCanvas.escaped(section.reading()) + "</h3>\n")
            .append(figures.cost(section));
      }
    }
    return html.toString();
  }

  private static String heading(String id, String text) {
    return "<h2 id=\"" + id + "\">" + SvgCanvas.escaped(text) + "</h2>\n";
  }

  private static String paragraph(String style, String text) {
    return "<p class=\"" + style + "\">" + SvgCanvas.escaped(text) + "</p>\n";
  }

  private static String table(EvalTables.Table table) {
    StringBuilder html = new StringBuilder("<div class=\"table\" tabindex=\"0\">\n<table>\n");
    html.append("<caption>" + SvgCanvas.escaped(table.title()) + "</caption>\n<thead><tr>");
    table.headers().forEach(h -> html.append("<th scope=\"col\">" + escaped(h) + "</th>"));
    html.append("</tr></thead>\n<tbody>\n");
    for (List<String> row : table.rows()) {
      html.append("<tr><th scope=\"row\">" + escaped(row.getFirst()) + "</th>");
      row.stream().skip(1).forEach(c -> html.append("<td>" + escaped(c) + "</td>"));
      html.append("</tr>\n");
    }
    return html.append("</tbody>\n</table>\n</div>\n").toString();
  }

  private static String escaped(String text) {
    return SvgCanvas.escaped(text);
  }
}
