package dev.dolmen.server.cli.terminal;

import java.io.Console;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Progress of a step that takes more than two seconds, on standard error: redrawn in place on a
 * terminal, a line every ten seconds elsewhere.
 */
public final class ProgressLine {
  private static final long FIRST_NS = 2_000_000_000L;
  private static final long REDRAW_NS = 200_000_000L;
  private static final long LINE_NS = 10_000_000_000L;
  private static final int WIDTH = 30;

  private final PrintWriter err;
  private final String what;
  private final long total;
  private final boolean terminal =
      Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent();
  private long nextNs = System.nanoTime() + FIRST_NS;
  private int shown;
  private long done;

  /**
   * @param what is being done
   * @param total amount of the whole, in the unit of {@link #add}
   */
  public ProgressLine(PrintWriter err, String what, long total) {
    this.err = err;
    this.what = what;
    this.total = Math.max(1, total);
  }

  /** So much more is done. */
  public void add(long amount) {
    add(amount, () -> "");
  }

  /**
   * So much more is done.
   *
   * @param note what there is to say beside it; asked when it is shown
   */
  public void add(long amount, Supplier<String> note) {
    to(done + amount, note);
  }

  /**
   * So much is done in all.
   *
   * @param note what there is to say beside it; asked when it is shown
   */
  public void to(long amount, Supplier<String> note) {
    done = amount;
    long now = System.nanoTime();
    if (now - nextNs >= 0) {
      nextNs = now + (terminal ? REDRAW_NS : LINE_NS);
      show(note.get());
    }
  }

  private void show(String note) {
    double share = Math.min(1, (double) done / total);
    int filled = (int) (share * WIDTH);
    String bar = "#".repeat(filled) + ".".repeat(WIDTH - filled);
    String line =
        String.format(Locale.ROOT, "%s [%s] %3.0f%%  %s", what, bar, 100 * share, note)
            .stripTrailing();
    if (terminal) {
      err.print("\r" + line + " ".repeat(Math.max(0, shown - line.length())));
      err.flush();
      shown = line.length();
    } else {
      err.println(line);
    }
  }

  /** Removes the bar. */
  public void end() {
    if (shown > 0) {
      err.print("\r" + " ".repeat(shown) + "\r");
      err.flush();
    }
  }
}
