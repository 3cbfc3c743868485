package dev.dolmen.server.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is printed and written is what was measured. */
class TerminalTest {
  @TempDir Path folder;

  @Test
  void drawsSparklines() {
    assertThat(Sparkline.of(List.of(0.0, 0.5, 1.0, Double.NaN), 0, 1)).isEqualTo("▁▅█ ");
    assertThat(Sparkline.tail(List.of(), 5, 1)).isEmpty();
    assertThat(Sparkline.of(List.of(3.0, 3.0), 3, 3)).isEqualTo("▁▁");
  }

  @Test
  void drawsCharts() {
    String chart = Sparkline.chart(List.of(0.2, 0.4), List.of(0.1, 0.1), 4, 2);
    assertThat(chart.lines()).hasSize(5);
    assertThat(chart.lines().toList().getFirst()).contains("40.0%").contains("██");
    assertThat(chart.lines().toList().get(3)).contains("░░ ░░");
    assertThat(Sparkline.chart(List.of(), List.of(), 2, 1).lines()).hasSize(3);
    assertThat(Sparkline.chart(List.of(Double.NaN, 0.4), List.of(Double.NaN, 0.1), 2, 1))
        .contains("40.0%");
  }

  @Test
  void alignsTables() {
    TextTable table = new TextTable("what", "n");
    table.row("x", "1,000");
    assertThat(table.text()).isEqualTo("what      n\nx     1,000\n");
    assertThatThrownBy(() -> table.row("x")).hasMessage("cells: 1, expected 2");
  }

  @Test
  void estimatesTheTimeLeft() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Terminal terminal = new Terminal(new PrintStream(bytes, true, StandardCharsets.UTF_8), false);
    ProgressBar bar = new ProgressBar(terminal, "replay", 1_000, () -> 0);
    assertThat(bar.line(250, 10, "")).contains("25%").contains("25/s").contains("30 s left");
    // As long as it gets, and too long: a line that wraps could not be redrawn.
    ProgressBar wide = new ProgressBar(terminal, "evaluating", 98_765_432, () -> 0);
    assertThat(wide.line(12_345_678, 1_000, "dolmen, seed 3"))
        .hasSizeLessThanOrEqualTo(ProgressBar.COLUMNS)
        .contains("12%")
        .contains("1:56:40 left")
        .endsWith("dolmen, seed 3");
    assertThat(wide.line(12_345_678, 1_000, "x".repeat(100)))
        .hasSize(ProgressBar.COLUMNS)
        .endsWith("x…");
    assertThat(ProgressBar.duration(3_725)).isEqualTo("1:02:05");
    assertThat(ProgressBar.duration(125)).isEqualTo("2:05");
  }

  @Test
  void redrawsOnTerminalsOnly() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    new Terminal(out, false).redraw(List.of("x"));
    assertThat(bytes.size()).isZero();
    Terminal terminal = new Terminal(out, true);
    terminal.redraw(List.of("one", "two"));
    terminal.redraw(List.of("one", "two"));
    assertThat(bytes.toString(StandardCharsets.UTF_8)).contains("\u001b[2A");
  }

  @Test
  void writesJson() throws IOException {
    Path file = folder.resolve("report.json");
    new JsonReport()
        .put("whole", 3L)
        .put("share", 0.25)
        .put("unknown", Double.NaN)
        .put("name", "a \"b\"")
        .putAll("ranks", List.of(1, 2))
        .put("slices", List.of(new JsonReport().put("n", 1L)))
        .put("inner", new JsonReport().put("n", 2L))
        .write(file);
    JsonNode json = new ObjectMapper().readTree(file.toFile());
    assertThat(json.get("whole").asLong()).isEqualTo(3);
    assertThat(json.get("share").asDouble()).isEqualTo(0.25);
    assertThat(json.get("unknown").isNull()).isTrue();
    assertThat(json.get("name").asText()).isEqualTo("a \"b\"");
    assertThat(json.get("ranks")).hasSize(2);
    assertThat(json.get("slices").get(0).get("n").asInt()).isEqualTo(1);
    assertThat(json.get("inner").get("n").asInt()).isEqualTo(2);
    assertThat(json.fieldNames()).toIterable().startsWith("whole", "share", "unknown");
  }
}
