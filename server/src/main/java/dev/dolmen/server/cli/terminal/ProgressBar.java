package dev.dolmen.server.cli.terminal;

import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Progress of a long step with an estimate of the time left: a bar redrawn in place on a terminal,
 * elsewhere a plain line after two seconds and every ten seconds from then on. A step that is over
 * at once shows nothing.
 */
public final class ProgressBar {
  private static final int WIDTH = 16;

  private static final long REDRAW_NANOS = 250_000_000L;
  private static final long FIRST_LINE_NANOS = 2_000_000_000L;
  private static final long LINE_NANOS = 10_000_000_000L;

  private final Terminal terminal;
  private final String what;
  private final long total;
  private final LongSupplier nanoTime;
  private final long startedNanos;
  private long nextNanos;
  private long done;

  /**
   * Begins to count the time.
   *
   * @param total amount of the whole; 0 or less if unknown
   * @param nanoTime as {@link System#nanoTime}
   */
  public ProgressBar(Terminal terminal, String what, long total, LongSupplier nanoTime) {
    this.terminal = terminal;
    this.what = what;
    this.total = total;
    this.nanoTime = nanoTime;
    startedNanos = nanoTime.getAsLong();
    nextNanos = startedNanos + (terminal.interactive() ? REDRAW_NANOS : FIRST_LINE_NANOS);
  }

  /** So much more is done; shows it if it is time to. */
  public void add(long amount) {
    show(done + amount, "");
  }

  /** So much is done in all; shows it if it is time to. */
  public void show(long amount, String note) {
    show(amount, () -> note);
  }

  /**
   * So much is done in all; shows it if it is time to.
   *
   * @param note what there is to say next to it; asked when it is shown
   */
  public void show(long amount, Supplier<String> note) {
    show(amount, total > 0 ? (double) amount / total : Double.NaN, note);
  }

  /**
   * So much is done in all; shows it if it is time to.
   *
   * @param share of the whole, where that is known in another unit than the amount; 0 to 1, NaN if
   *     unknown
   * @param note see above
   */
  public void show(long amount, double share, Supplier<String> note) {
    done = amount;
    long now = nanoTime.getAsLong();
    if (now - nextNanos < 0) {
      return;
    }
    nextNanos = now + (terminal.interactive() ? REDRAW_NANOS : LINE_NANOS);
    String line = line(amount, share, (now - startedNanos) / 1e9, note.get());
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

  /** What fits: the rate goes first, then the amount; what is still too long is cut. */
  String line(long amount, double share, double seconds, String note) {
    String count = String.format(Locale.ROOT, "%,d", amount);
    if (total > 0) {
      count += String.format(Locale.ROOT, " of %,d", total);
    }
    String rate = seconds > 0 ? String.format(Locale.ROOT, "%,.0f/s", amount / seconds) : "";
    String begin = Double.isNaN(share) ? what : what + " " + bar(Math.min(1, share));
    String left = share > 0 ? Amounts.duration(seconds * (1 / share - 1)) + " left" : "";
    // A line that wraps cannot be redrawn in place.
    int columns = terminal.columns() - 1;
    String line = join(begin, count, rate, left, note);
    if (ColumnText.width(line) > columns) {
      line = join(begin, count, left, note);
    }
    if (ColumnText.width(line) > columns && !Double.isNaN(share)) {
      line = join(begin, left, note);
    }
    return ColumnText.cut(line, columns);
  }

  private static String join(String... parts) {
    return String.join("  ", List.of(parts).stream().filter(p -> !p.isEmpty()).toList());
  }

  private static String bar(double share) {
    int full = (int) Math.floor(share * WIDTH);
    return String.format(
        Locale.ROOT,
        "%s%s %3.0f%%",
        "█".repeat(full),
        "░".repeat(WIDTH - full),
        Math.floor(100 * share));
  }
}
