package dev.dolmen.evaluation.report;

import dev.dolmen.evaluation.comparison.ExampleSession;
import dev.dolmen.evaluation.plot.SvgCanvas;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Example sessions as HTML: a card for each, with what every model put first next to the others.
 */
final class ExampleCards {
  private ExampleCards() {}

  /** All of them; empty if there are none. */
  static String html(List<ExampleSession> examples) {
    return examples.isEmpty()
        ? ""
        : "<h2 id=\"examples\">Example sessions</h2>\n<p class=\"soft\">"
            + ReportNotes.examples(examples)
            + " What came is marked where a model had it.</p>\n"
            + examples.stream().map(ExampleCards::card).collect(Collectors.joining());
  }

  private static String card(ExampleSession example) {
    String before = ReportNotes.before(example);
    return "<article class=\"example\">\n<div class=\"shown\"><h3>Seen</h3>\n"
        + (before.isEmpty() ? "" : "<p class=\"soft\">" + before + "</p>\n")
        + list(example.before() + 1, example.seen().stream().map(t -> item(t, false)).toList())
        + "<h3>Came next</h3>\n<p class=\"came\">"
        + SvgCanvas.escaped(example.came())
        + "</p></div>\n<div class=\"answers\">\n"
        + example.answers().stream().map(ExampleCards::answer).collect(Collectors.joining())
        + "</div>\n</article>\n";
  }

  private static String answer(ExampleSession.Answer answer) {
    return "<div><h3>"
        + SvgCanvas.escaped(answer.model())
        + "</h3>\n<p class=\"soft\">what came: "
        + ReportNotes.place(answer)
        + "</p>\n"
        + list(1, answer.first().stream().map(s -> item(s.title(), s.came())).toList())
        + "</div>\n";
  }

  private static String list(int from, List<String> items) {
    return items.isEmpty()
        ? ""
        : "<ol start=\"" + from + "\">\n" + String.join("", items) + "</ol>\n";
  }

  private static String item(String title, boolean came) {
    return (came ? "<li class=\"came\">" : "<li>") + SvgCanvas.escaped(title) + "</li>\n";
  }
}
