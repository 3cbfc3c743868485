package dev.dolmen.server.cli.terminal;

import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * Progress of a long step with an estimate of the time left: a bar redrawn in place on a terminal,
 * a plain line every ten seconds elsewhere.
 */
public final class ProgressBar {
  private static final int WIDTH = 16;

  /** A line that wraps cannot be redrawn in place: longer ones are cut. */
  static final int COLUMNS = 100;

  private static final long REDRAW_NANOS = 250_000_000L;
  private static final long LINE_NANOS = 10_000_000_000L;

  private final Terminal terminal;
  private final String what;
  private final long total;
  private final LongSupplier nanoTime;
  private final long startedNanos;
  private long shownNanos;

  /**
   * @param total amount of the whole; 0 or less if unknown
   * @param nanoTime as {@link System#nanoTime}
   */
  public ProgressBar(Terminal terminal, String what, long total, LongSupplier nanoTime) {
    this.terminal = terminal;
    this.what = what;
    this.total = total;
    this.nanoTime = nanoTime;
    startedNanos = nanoTime.getAsLong();
    shownNanos = startedNanos - (terminal.interactive() ? REDRAW_NANOS : 0);
  }

  /** Whether enough time has passed for {@link #show} to show anything. */
  public boolean due() {
    long interval = terminal.interactive() ? REDRAW_NANOS : LINE_NANOS;
    return nanoTime.getAsLong() - shownNanos >= interval;
  }

  /** Shows progress if it is due. */
  public void show(long done, String note) {
    if (!due()) {
      return;
    }
    shownNanos = nanoTime.getAsLong();
    String line = line(done, (shownNanos - startedNanos) / 1e9, note);
    if (terminal.interactive()) {
      terminal.redraw(List.of(line));
    } else {
      terminal.line(line);
    }
  }

  /** Removes the bar. */
  public void done() {
    terminal.clear();
  }

  String line(long done, double seconds, String note) {
    String line = whole(done, seconds, note).stripTrailing();
    return line.length() <= COLUMNS ? line : line.substring(0, COLUMNS - 1) + "…";
  }

  private String whole(long done, double seconds, String note) {
    double perSecond = seconds > 0 ? done / seconds : 0;
    String rate = String.format(Locale.ROOT, "%,.0f/s", perSecond);
    if (total <= 0) {
      return String.format(Locale.ROOT, "%s  %,d  %s  %s", what, done, rate, note);
    }
    double share = Math.min(1, (double) done / total);
    int full = (int) Math.floor(share * WIDTH);
    String left = perSecond > 0 ? duration((total - done) / perSecond) + " left" : "";
    return String.format(
        Locale.ROOT,
        "%s %s%s %3.0f%%  %,d of %,d  %s  %s  %s",
        what,
        "█".repeat(full),
        "░".repeat(WIDTH - full),
        Math.floor(100 * share),
        done,
        total,
        rate,
        left,
        note);
  }

  /** Seconds as {@code 1:02:03}, {@code 2:03} or {@code 3 s}. */
  public static String duration(double seconds) {
    long s = Math.round(seconds);
    if (s < 60) {
      return s + " s";
    }
    return s < 3_600
        ? String.format(Locale.ROOT, "%d:%02d", s / 60, s % 60)
        : String.format(Locale.ROOT, "%d:%02d:%02d", s / 3_600, s / 60 % 60, s % 60);
  }
}
