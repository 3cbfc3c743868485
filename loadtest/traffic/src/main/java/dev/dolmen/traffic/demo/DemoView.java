package dev.dolmen.traffic.demo;

import dev.dolmen.server.cli.terminal.Amounts;
import dev.dolmen.server.cli.terminal.ColumnText;
import dev.dolmen.server.cli.terminal.Sparkline;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.traffic.generator.FreshnessProbe;
import dev.dolmen.traffic.generator.LatencyRecorder;
import dev.dolmen.traffic.generator.ValidationTotals;
import dev.dolmen.v1.SlotStatus;
import dev.dolmen.v1.StatusResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/**
 * The live view: a block of lines redrawn in place on a terminal, one line every few seconds
 * elsewhere.
 */
final class DemoView {
  private static final double LINE_EVERY_SEC = 5;
  private static final double TREND_SEC = 4;

  /** Columns of the curves where there is room, and what stands before them. */
  private static final int SPARK_WIDTH = 60;

  private static final int BEFORE_SPARK = 32;

  private final Terminal terminal;
  private final DemoOptions options;
  private final RecallHistory recall;
  private final List<String> notes = new ArrayList<>();
  private double lineDueSec = LINE_EVERY_SEC;
  private double lastSecond;
  private long lastClicks;
  private long lastAnswers;
  private double clickRate;
  private double answerRate;

  DemoView(Terminal terminal, DemoOptions options, RecallHistory recall) {
    this.terminal = terminal;
    this.options = options;
    this.recall = recall;
  }

  /** Says something that happened; stays on screen. */
  void note(double second, String what) {
    String note = Amounts.duration(second) + "  " + what;
    notes.add(note);
    if (notes.size() > 2) {
      notes.removeFirst();
    }
    if (!terminal.interactive()) {
      terminal.paragraph(note);
    }
  }

  void show(double second, DemoTraffic traffic, FreshnessProbe probe, StatusResponse status) {
    boolean plain = !terminal.interactive();
    if (plain && second < lineDueSec) {
      return;
    }
    lineDueSec += LINE_EVERY_SEC;
    rates(second, traffic, plain);
    Histogram requests = traffic.requestLatency().total();
    Histogram freshness = probe.latencies().total();
    ValidationTotals now = recall.between(second - TREND_SEC, second);
    ValidationTotals before = recall.between(second - 2 * TREND_SEC, second - TREND_SEC);
    if (plain) {
      terminal.line(
          line(
              second,
              now,
              before,
              clickRate,
              LatencyRecorder.millis(requests, 99),
              LatencyRecorder.millis(freshness, 99)));
    } else {
      terminal.redraw(block(second, now, before, requests, freshness, traffic, status));
    }
  }

  private void rates(double second, DemoTraffic traffic, boolean exact) {
    double elapsed = Math.max(1e-3, second - lastSecond);
    double clicks = (traffic.clicks() - lastClicks) / elapsed;
    double answers = (traffic.answers() - lastAnswers) / elapsed;
    double weight = exact || lastSecond == 0 ? 1 : 0.2;
    clickRate += weight * (clicks - clickRate);
    answerRate += weight * (answers - answerRate);
    lastSecond = second;
    lastClicks = traffic.clicks();
    lastAnswers = traffic.answers();
  }

  static String line(
      double second,
      ValidationTotals now,
      ValidationTotals before,
      double clickRate,
      double requestMillis,
      double visibleMillis) {
    return String.format(
        Locale.ROOT,
        "%5s  recall@20 %4.1f%% %s (most clicked %4.1f%%)  %3.0f clicks/s  p99 %3.0f ms,"
            + " visible %3.0f ms",
        Amounts.duration(second),
        100 * now.recall(),
        arrow(before.recall(), now.recall()),
        100 * now.popularityRecall(),
        clickRate,
        requestMillis,
        visibleMillis);
  }

  private List<String> block(
      double second,
      ValidationTotals now,
      ValidationTotals before,
      Histogram requests,
      Histogram freshness,
      DemoTraffic traffic,
      StatusResponse status) {
    int columns = terminal.columns() - 1;
    int width = Math.clamp(columns - BEFORE_SPARK, 8, SPARK_WIDTH);
    double span = Math.max(1, (options.forever() ? second : options.seconds()) / width);
    List<Double> model = recall.recallEvery(span);
    List<Double> popular = recall.popularityEvery(span);
    double top = 0.1;
    for (double value : model) {
      top = Double.isNaN(value) ? top : Math.max(top, value);
    }
    List<String> lines = new ArrayList<>();
    lines.add(
        terminal.bold("Dolmen")
            + "  learns while it serves   "
            + Amounts.duration(second)
            + (options.forever() ? "" : " of " + Amounts.duration(options.seconds())));
    lines.add("");
    lines.add(
        String.format(
            Locale.ROOT,
            "  traffic           %.0f clicks/s  %.0f requests/s  %,d products  %,d visitors",
            clickRate,
            answerRate,
            status.getCatalogItems(),
            options.visitors()));
    lines.add(
        String.format(
                Locale.ROOT,
                "  recall@20         %s %s  ",
                percent(now.recall()),
                arrow(before.recall(), now.recall()))
            + Sparkline.tail(model, width, top));
    lines.add(
        String.format(
                Locale.ROOT,
                "  most clicked      %s %s  ",
                percent(now.popularityRecall()),
                arrow(before.popularityRecall(), now.popularityRecall()))
            + terminal.dim(Sparkline.tail(popular, width, top)));
    lines.add(
        String.format(
            Locale.ROOT,
            "  request           p50 %.1f ms   p99 %.1f ms   %d failed   %d not sent",
            LatencyRecorder.millis(requests, 50),
            LatencyRecorder.millis(requests, 99),
            traffic.errors(),
            traffic.notSent()));
    lines.add(
        String.format(
            Locale.ROOT,
            "  click to visible  p50 %.0f ms   p99 %.0f ms",
            LatencyRecorder.millis(freshness, 50),
            LatencyRecorder.millis(freshness, 99)));
    lines.add(
        String.format(
            Locale.ROOT,
            "  learned           %,d clicks   %,d embedding rows   model version %,d",
            status.getFeedbackEventsLearned(),
            rows(status),
            status.getModelVersion()));
    lines.add("");
    for (String note : notes) {
      lines.add("  " + note);
    }
    return lines.stream().flatMap(line -> ColumnText.wrap(line, columns).stream()).toList();
  }

  private String percent(double share) {
    return terminal.bold(String.format(Locale.ROOT, "%5.1f%%", 100 * share));
  }

  static long rows(StatusResponse status) {
    return status.getSlotsList().stream().mapToLong(SlotStatus::getRows).sum();
  }

  /** Up or down if recall moved by more than a fiftieth of itself, or half a point. */
  private static String arrow(double before, double now) {
    double step = Math.max(0.005, before / 50);
    if (now > before + step) {
      return "↑";
    }
    return now < before - step ? "↓" : "→";
  }
}
