package dev.dolmen.server.cli.terminal;

import java.io.Console;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/**
 * A place to print to that knows whether a person looks at it. A block of lines is redrawn in place
 * on a terminal; elsewhere nothing is redrawn and callers print plain lines now and then.
 */
public final class Terminal {
  private final PrintWriter out;
  private final boolean interactive;
  private int drawn;
  private @Nullable StringBuilder record;

  public Terminal(PrintStream out, boolean interactive) {
    this(new PrintWriter(out, false, out.charset()), interactive);
  }

  private Terminal(PrintWriter out, boolean interactive) {
    this.out = out;
    this.interactive = interactive;
  }

  /** Where a command prints what was asked for. */
  public static Terminal out(@Nullable CommandSpec spec) {
    return new Terminal(started(spec).commandLine().getOut(), isTerminal(1));
  }

  /** Where a command prints what is not part of its answer: progress, warnings. */
  public static Terminal errors(@Nullable CommandSpec spec) {
    return new Terminal(started(spec).commandLine().getErr(), isTerminal(2));
  }

  private static CommandSpec started(@Nullable CommandSpec spec) {
    if (spec == null) {
      throw new IllegalStateException("picocli sets the spec before a command runs");
    }
    return spec;
  }

  /** Standard output. */
  @SuppressWarnings("SystemOut")
  public static Terminal stdout() {
    return new Terminal(System.out, isTerminal(1));
  }

  /** Standard error. */
  @SuppressWarnings("SystemOut")
  public static Terminal stderr() {
    return new Terminal(System.err, isTerminal(2));
  }

  /** Looks where the descriptor leads; Java's own answer is for input and output together. */
  private static boolean isTerminal(int descriptor) {
    if ("dumb".equals(System.getenv("TERM"))) {
      return false;
    }
    Path link = Path.of("/proc/self/fd/" + descriptor);
    try {
      String target = Files.readSymbolicLink(link).toString();
      return target.startsWith("/dev/pts/")
          || target.startsWith("/dev/tty")
          || target.equals("/dev/console");
    } catch (IOException | UnsupportedOperationException e) {
      return Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
    }
  }

  /** Whether blocks are redrawn in place. */
  public boolean interactive() {
    return interactive;
  }

  /** Draws a block over the block before it; does nothing where nobody looks. */
  public void redraw(List<String> lines) {
    if (!interactive) {
      return;
    }
    StringBuilder text = new StringBuilder();
    if (drawn > 0) {
      text.append("\u001b[").append(drawn).append('A');
    }
    for (String line : lines) {
      text.append("\r\u001b[K").append(line).append('\n');
    }
    text.append("\u001b[J");
    out.print(text);
    out.flush();
    drawn = lines.size();
  }

  /** Removes the block last drawn. */
  public void clear() {
    if (interactive && drawn > 0) {
      out.print("\u001b[" + drawn + "A\r\u001b[J");
      out.flush();
    }
    drawn = 0;
  }

  /** Prints a line below whatever is drawn, which stays. */
  public void line(String line) {
    text(line + System.lineSeparator());
  }

  /** Prints text as it is, below whatever is drawn. */
  public void text(String text) {
    drawn = 0;
    out.print(text);
    out.flush();
    if (record != null) {
      record.append(text);
    }
  }

  /**
   * Lets something print.
   *
   * @return the lines and texts that it printed here, without bold and grey
   */
  public String recorded(Runnable print) {
    StringBuilder printed = new StringBuilder();
    record = printed;
    try {
      print.run();
    } finally {
      record = null;
    }
    return printed.toString().replaceAll("\u001b\\[\\d*m", "");
  }

  /** Prints a table below whatever is drawn. */
  public void text(TextTable table) {
    text(table.text());
  }

  /** Bold on a terminal. */
  public String bold(String text) {
    return interactive ? "\u001b[1m" + text + "\u001b[0m" : text;
  }

  /** Grey on a terminal. */
  public String dim(String text) {
    return interactive ? "\u001b[2m" + text + "\u001b[0m" : text;
  }
}
