package dev.dolmen.traffic.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.server.cli.DolmenCommand;
import dev.dolmen.traffic.local.Machine;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The demonstration on a terminal: one that {@code script} makes, and a screen that follows it. */
class DemoTerminalTest {
  private static final int ROWS = 40;

  @ParameterizedTest
  @ValueSource(ints = {60, 80})
  void redrawsInPlace(int columns) throws IOException, InterruptedException {
    Screen screen = new Screen(columns);
    String printed = run(columns);
    screen.take(printed);
    String text = String.join("\n", screen.lines);
    assertThat(screen.wrapped).as("lines that wrapped\n%s", text).isEmpty();
    assertThat(printed.split("learns while it serves", -1)).as("drawn again").hasSizeGreaterThan(2);
    assertThat(text.split("learns while it serves", -1)).as("seen once\n%s", text).hasSize(2);
    assertThat(text).contains("taste changes").contains("new product for visitors");
  }

  private static String run(int columns) throws IOException, InterruptedException {
    String demo =
        Machine.javaProcess(
                List.of("-Xmx1g", "-Dlogback.configurationFile=logback.xml"),
                DolmenCommand.class,
                List.of("demo", "--seconds", "3", "--rate", "50", "--warm-up", "0"))
            .command()
            .stream()
            .map(word -> "'" + word + "'")
            .collect(Collectors.joining(" "));
    ProcessBuilder script =
        new ProcessBuilder(
                "script",
                "-qec",
                "stty cols " + columns + " rows " + ROWS + "; exec " + demo,
                "/dev/null")
            .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
            .redirectErrorStream(true);
    script.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    script.environment().put("TERM", "xterm");
    Process process = script.start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(printed).isZero();
    return printed;
  }

  /** What the few sequences that are printed do to a screen, as ECMA-48 has them. */
  private static final class Screen {
    private final int columns;
    private final List<StringBuilder> lines = new ArrayList<>(List.of(new StringBuilder()));
    private final List<String> wrapped = new ArrayList<>();
    private int row;
    private int column;

    Screen(int columns) {
      this.columns = columns;
    }

    void take(String text) {
      for (int i = 0; i < text.length(); i++) {
        char c = text.charAt(i);
        switch (c) {
          case '\u001b' -> i = sequence(text, i + 2);
          case '\r' -> column = 0;
          case '\n' -> nextLine();
          default -> put(c);
        }
      }
    }

    private int sequence(String text, int begin) {
      int end = begin;
      while (!Character.isLetter(text.charAt(end))) {
        end++;
      }
      switch (text.charAt(end)) {
        case 'A' -> row = Math.max(0, row - Integer.parseInt(text.substring(begin, end)));
        case 'K' -> lines.get(row).setLength(Math.min(column, lines.get(row).length()));
        case 'J' -> {
          lines.get(row).setLength(Math.min(column, lines.get(row).length()));
          lines.subList(row + 1, lines.size()).clear();
        }
        case 'm' -> {}
        default ->
            throw new AssertionError("unexpected sequence " + text.substring(begin, end + 1));
      }
      return end;
    }

    private void nextLine() {
      row++;
      if (row == lines.size()) {
        lines.add(new StringBuilder());
      }
    }

    private void put(char c) {
      if (column == columns) {
        wrapped.add(lines.get(row).toString());
        column = 0;
        nextLine();
      }
      StringBuilder line = lines.get(row);
      while (line.length() <= column) {
        line.append(' ');
      }
      line.setCharAt(column++, c);
    }
  }
}
