package dev.dolmen.evaluation.tune;

import dev.dolmen.server.cli.terminal.ProgressBar;
import dev.dolmen.server.cli.terminal.Terminal;
import java.util.function.LongConsumer;

/**
 * How far a search is, with the time left: in clicks learned and predictions made. How many these
 * will be on higher rungs depends on which settings climb, so each trial stands for what one takes
 * on average.
 */
final class TuneProgress {
  private final Terminal terminal;
  private final ProgressBar bar;
  private long done;

  /**
   * Begins.
   *
   * @param total of all trials that are to be made
   */
  TuneProgress(Terminal terminal, long total) {
    this.terminal = terminal;
    bar = new ProgressBar(terminal, "tuning", total, System::nanoTime);
  }

  /**
   * A trial begins.
   *
   * @param what it is
   * @param stands for so much of the total
   * @param work that it really is
   * @return to be told how much of it is done
   */
  LongConsumer begins(String what, long stands, long work) {
    long before = done;
    done += stands;
    return made -> bar.show(before + (long) ((double) made / Math.max(1, work) * stands), what);
  }

  /** A trial has ended. */
  void ended(String line) {
    terminal.clear();
    terminal.line(line);
  }

  /** All have. */
  void done() {
    bar.done();
  }
}
