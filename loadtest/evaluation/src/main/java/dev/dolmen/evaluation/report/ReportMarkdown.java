package dev.dolmen.evaluation.report;

import dev.dolmen.evaluation.comparison.EvalResult;
import dev.dolmen.evaluation.comparison.ExampleSession;
import dev.dolmen.evaluation.comparison.ReportSection;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;

/**
 * An evaluation as Markdown, to be pasted where changes are discussed: what matters first, the rest
 * folded.
 */
final class ReportMarkdown {
  private final EvalResult result;

  ReportMarkdown(EvalResult result) {
    this.result = result;
  }

  String text() {
    StringBuilder text = new StringBuilder();
    ReportSection headline = result.headline();
    text.append("## " + result.dataset() + ", " + result.protocol() + "\n\n")
        .append(ReportNotes.headline(headline) + "\n\n")
        .append(result.summary() + ".\n\n");
    for (ReportSection section : result.sections()) {
      if (result.sections().size() > 1) {
        text.append("### " + section.title() + "\n\n");
      }
      section(text, section);
    }
    if (!result.examples().isEmpty()) {
      folded(text, "Example sessions", examples());
    }
    folded(
        text,
        "How it was measured",
        ReportNotes.method(result).stream()
            .map(n -> "- " + escaped(n) + "\n")
            .collect(Collectors.joining()));
    return text.toString();
  }

  private static void section(StringBuilder text, ReportSection section) {
    List<EvalTables.Table> tables = EvalTables.all(section);
    int open = section.models().size() > 1 ? 2 : 1;
    tables.subList(0, open).forEach(t -> text.append(table(t)));
    folded(
        text,
        "Cuts, slices, what is recommended, chances, cost",
        tables.stream().skip(open).map(ReportMarkdown::table).collect(Collectors.joining()));
  }

  private String examples() {
    return ReportNotes.examples(result.examples())
        + "\n\n"
        + result.examples().stream().map(ReportMarkdown::example).collect(Collectors.joining());
  }

  private static String example(ExampleSession example) {
    String before = ReportNotes.before(example);
    List<List<String>> rows =
        example.answers().stream()
            .map(a ->
                List.of(
                    a.model(),
                    ReportNotes.place(a),
                    a.first().stream()
                        .map(ExampleSession.Suggestion::title)
                        .collect(Collectors.joining(" / "))))
            .toList();
    return "- seen"
        + (before.isEmpty() ? "" : ", " + before)
        + ": "
        + escaped(String.join(" → ", example.seen()))
        + "\n- came next: "
        + escaped(example.came())
        + "\n\n"
        + rows("---", List.of("model", "what came", "put first"), rows);
  }

  private static void folded(StringBuilder text, String title, String content) {
    text.append("<details>\n<summary>" + title + "</summary>\n\n" + content + "\n</details>\n\n");
  }

  private static String table(EvalTables.Table table) {
    return "**" + escaped(table.title()) + "**\n\n" + rows("---:", table.headers(), table.rows());
  }

  /** Names at the left, and the others as {@code rule} says. */
  private static String rows(String rule, List<String> headers, List<List<String>> rows) {
    return line(headers)
        + line(Collections.nCopies(headers.size(), rule)).replaceFirst(rule, "---")
        + rows.stream().map(ReportMarkdown::line).collect(Collectors.joining())
        + "\n";
  }

  private static String line(List<String> cells) {
    return cells.stream()
        .map(c -> escaped(c.strip()))
        .collect(Collectors.joining(" | ", "| ", " |\n"));
  }

  private static String escaped(String text) {
    return text.replace("|", "\\|").replace("*", "\\*").replace("<", "&lt;");
  }
}
