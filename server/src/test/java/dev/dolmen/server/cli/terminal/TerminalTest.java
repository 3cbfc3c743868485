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
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
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
    // Numbers stand to the right also in the first column, with any unit; dates and shapes do not.
    assertThat(
            new TextTable("fid", "took", "seen", "shape", "budget", "margin")
                .row(1_234L, "5 ms", "2026-11-28", "64 x 1", "none", "± 0.5")
                .row(5, "12.5%", "-", "64 x 128", "1.0 GiB", "±10.5")
                .text())
        .isEqualTo(
            """
              fid   took  seen        shape      budget  margin
            1,234   5 ms  2026-11-28  64 x 1       none   ± 0.5
                5  12.5%  -           64 x 128  1.0 GiB   ±10.5
            """);
    assertThat(new TextTable("", "").row("norm", 0.5).text()).isEqualTo("norm  0.5000\n");
  }

  @Test
  void saysBytesAndSeconds() {
    assertThat(Amounts.bytes(1_023)).isEqualTo("1023 B");
    assertThat(Amounts.bytes(3 << 19)).isEqualTo("1.5 MiB");
    assertThat(Amounts.duration(3_725)).isEqualTo("1:02:05");
    assertThat(Amounts.duration(125)).isEqualTo("2:05");
  }

  @Test
  void estimatesTheTimeLeft() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    Terminal terminal = new Terminal(out, false, 80);
    ProgressBar bar = new ProgressBar(terminal, "replay", 1_000, () -> 0);
    assertThat(bar.line(250, 0.25, 10, ""))
        .isEqualTo("replay ████░░░░░░░░░░░░  25%  250 of 1,000  25/s  30 s left");
    assertThat(bar.line(250, Double.NaN, 10, "clicks"))
        .isEqualTo("replay  250 of 1,000  25/s  clicks");
    // As long as it gets, and too long: a line that wraps could not be redrawn.
    ProgressBar wide = new ProgressBar(terminal, "evaluating", 98_765_432, () -> 0);
    assertThat(wide.line(12_345_678, 0.125, 1_000, "dolmen, seed 3"))
        .isEqualTo("evaluating ██░░░░░░░░░░░░░░  12%  1:56:40 left  dolmen, seed 3");
    assertThat(wide.line(12_345_678, 0.125, 1_000, "x".repeat(100))).hasSize(79).endsWith("x…");
  }

  @Test
  void showsProgressNowAndThenOnly() {
    AtomicLong nanos = new AtomicLong();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    ProgressBar lines = new ProgressBar(new Terminal(out, false), "x", 10, nanos::get);
    for (int second = 0; second < 20; second++) {
      lines.add(1);
      nanos.addAndGet(1_000_000_000L);
    }
    lines.done();
    // After two seconds and ten later.
    assertThat(bytes.toString(StandardCharsets.UTF_8).lines()).hasSize(2);

    bytes.reset();
    ProgressBar bar = new ProgressBar(new Terminal(out, true), "x", 10, nanos::get);
    bar.show(1, "too early to be seen");
    assertThat(bytes.size()).isZero();
    nanos.addAndGet(300_000_000L);
    bar.show(2, "seen");
    assertThat(bytes.toString(StandardCharsets.UTF_8)).contains(" 20%").contains("seen");
    bar.done();
    assertThat(bytes.toString(StandardCharsets.UTF_8)).endsWith("\u001b[1A\r\u001b[J");
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
  void cutsWhatItRedrawsAndBreaksWhatItPrints() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    Terminal terminal = new Terminal(out, true, 20);
    terminal.redraw(List.of(terminal.bold("01234567890123456789"), "日本語日本語日本語日本語"));
    assertThat(bytes.toString(StandardCharsets.UTF_8))
        .isEqualTo(
            "\r\u001b[K\u001b[1m012345678901234567…\u001b[0m\n\r\u001b[K日本語日本語日本語…\n\u001b[J");
    bytes.reset();
    terminal.redraw(Collections.nCopies(100, "x"));
    assertThat(bytes.toString(StandardCharsets.UTF_8).chars().filter(c -> c == '\n').count())
        .as("lines of a block on a screen of 24")
        .isEqualTo(23);
    bytes.reset();
    terminal.paragraph("  one   two three four\nfive");
    assertThat(bytes.toString(StandardCharsets.UTF_8))
        .isEqualTo("  one   two three\n    four\nfive\n");
  }

  @Test
  void measuresInColumns() {
    assertThat(ColumnText.width("e\u0301 \u001b[1m日\u001b[0m 🙂")).isEqualTo(7);
    assertThat(ColumnText.fit("ab", 4)).isEqualTo("ab  ");
    assertThat(ColumnText.fit("日本語", 4)).isEqualTo("日… ");
    assertThat(ColumnText.wrap("a-word-that-is-too-long-for-it x", 10))
        .containsExactly("a-word-that-is-too-long-for-it", "  x");
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

  @Test
  void aTableGoesOnBelowItsLastCellAndCountsColumnsInsteadOfCharacters() {
    TextTable table =
        new TextTable("column", "use")
            .row("商品分類", "the event type: view is view (4), cart is add_to_cart (2)")
            .row("price", "a number");
    assertThat(table.text(40))
        .isEqualTo(
            """
            column    use
            商品分類  the event type: view is view
                        (4), cart is add_to_cart (2)
            price     a number
            """);
    assertThat(table.text().lines()).hasSize(3);
  }
}
