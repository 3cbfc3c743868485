package dev.dolmen.traffic.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dolmen.server.cli.terminal.ColumnText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a command printed, as a picture of a terminal for a page. Every word stands at its column by
 * itself, so that columns hold whatever font a browser has, and blocks are drawn instead of
 * written, as fonts leave gaps between them.
 */
final class TerminalPicture {
  private static final double CELL = 7.8;
  private static final int LINE = 18;
  private static final int BASELINE = 13;
  private static final int MARGIN = 20;
  private static final int TITLE = 32;
  private static final String BLOCKS = "▁▂▃▄▅▆▇█";
  private static final Pattern RUN = Pattern.compile("[▁▂▃▄▅▆▇█░]+|[^ ▁▂▃▄▅▆▇█░]+");

  private final int columns;
  private final StringBuilder body = new StringBuilder();
  private int lines;

  private TerminalPicture(int columns) {
    this.columns = columns;
  }

  /**
   * Writes the picture.
   *
   * @param command what was typed
   * @param printed what came
   * @param columns of the terminal; longer lines are cut
   */
  static void write(Path file, String command, List<String> printed, int columns)
      throws IOException {
    TerminalPicture picture = new TerminalPicture(columns);
    picture.line("$ " + command, "#8fd18f");
    printed.forEach(line -> picture.line(line, "#d6d9e0"));
    Files.writeString(file, picture.svg(command), UTF_8);
  }

  private void line(String line, String color) {
    double top = TITLE + LINE * (double) lines++;
    Matcher runs = RUN.matcher(ColumnText.cut(line, columns));
    while (runs.find()) {
      double x = MARGIN + CELL * ColumnText.width(line.substring(0, runs.start()));
      String run = runs.group();
      if (BLOCKS.indexOf(run.charAt(0)) >= 0 || run.charAt(0) == '░') {
        blocks(run, x, top);
      } else {
        word(escaped(run), color, x, top + BASELINE);
      }
    }
  }

  private void word(String text, String color, double x, double y) {
    body.append(
        String.format(
            Locale.ROOT, "<text x=\"%.1f\" y=\"%.1f\" fill=\"%s\">%s</text>%n", x, y, color, text));
  }

  private void blocks(String run, double x, double top) {
    for (int i = 0; i < run.length(); i++) {
      int eighths = BLOCKS.indexOf(run.charAt(i)) + 1;
      double height = eighths == 0 ? LINE : LINE * eighths / 8.0;
      String color = eighths == 0 ? "#5b6478" : "#6aa9e9";
      double left = x + CELL * i;
      double above = top + LINE - height;
      body.append(
          String.format(
              Locale.ROOT,
              "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"/>%n",
              left,
              above,
              CELL,
              height,
              color));
    }
  }

  private String svg(String command) {
    int width = (int) Math.ceil(2 * MARGIN + CELL * columns);
    int height = TITLE + LINE * lines + MARGIN;
    return String.format(
        Locale.ROOT,
        """
        <svg xmlns="http://www.w3.org/2000/svg" width="%1$d" height="%2$d" viewBox="0 0 %1$d %2$d" role="img" aria-label="The terminal during %3$s">
        <rect width="%1$d" height="%2$d" rx="8" fill="#16181d"/>
        <circle cx="20" cy="16" r="5" fill="#e0605e"/><circle cx="38" cy="16" r="5" fill="#e2b340"/><circle cx="56" cy="16" r="5" fill="#58b368"/>
        <g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, DejaVu Sans Mono, monospace" font-size="13">
        %4$s</g>
        </svg>
        """,
        width,
        height,
        escaped(command),
        body);
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
  }
}
