package dev.dolmen.server.cli.terminal;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.File;
import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How many columns and rows the terminal has. A person changes that while a view is redrawn, so it
 * is asked again now and then, of {@code stty}, which every Unix has.
 */
final class TerminalSize {
  /** What terminals had for decades, where nobody says. */
  static final int COLUMNS = 80;

  static final int ROWS = 24;

  /** Where nobody looks: what fits a page, a log viewer, a chat. */
  static final int COLUMNS_OF_A_PIPE = 100;

  /** Questions until it is asked again: some redraws, each of which asks for every line. */
  private static final int ASK_EVERY = 64;

  private static final Pattern ANSWER = Pattern.compile("(\\d{1,5}) (\\d{1,5})");

  private final boolean interactive;
  private int columns;
  private int rows = ROWS;
  private int questions;

  TerminalSize(boolean interactive) {
    this.interactive = interactive;
    columns = interactive ? COLUMNS : COLUMNS_OF_A_PIPE;
  }

  /** A size that stays. */
  static TerminalSize fixed(int columns) {
    TerminalSize size = new TerminalSize(false);
    size.columns = columns;
    return size;
  }

  int columns() {
    ask();
    return columns;
  }

  int rows() {
    ask();
    return rows;
  }

  private synchronized void ask() {
    if (!interactive || questions++ % ASK_EVERY != 0) {
      return;
    }
    try {
      Process stty =
          new ProcessBuilder("stty", "size")
              .redirectInput(new File("/dev/tty"))
              .redirectErrorStream(true)
              .start();
      byte[] said = stty.getInputStream().readAllBytes();
      Matcher answer = ANSWER.matcher(new String(said, US_ASCII).strip());
      if (answer.matches() && !answer.group(2).equals("0")) {
        rows = Math.max(1, Integer.parseInt(answer.group(1)));
        columns = Integer.parseInt(answer.group(2));
      }
    } catch (IOException e) {
      // No stty, no terminal of its own: the usual size has to do.
    }
  }
}
