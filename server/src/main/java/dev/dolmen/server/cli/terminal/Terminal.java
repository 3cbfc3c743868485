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
  private final TerminalSize size;
  private int drawn;
  private @Nullable StringBuilder record;

  /** A place that is a terminal or not, as its caller knows, of the usual number of columns. */
  public Terminal(PrintStream out, boolean interactive) {
    this(out, interactive, interactive ? TerminalSize.COLUMNS : TerminalSize.COLUMNS_OF_A_PIPE);
  }

  /** A place of so many columns. */
  public Terminal(PrintStream out, boolean interactive, int columns) {
    this(new PrintWriter(out, false, out.charset()), interactive, TerminalSize.fixed(columns));
  }

  private Terminal(PrintWriter out, boolean interactive, TerminalSize size) {
    this.out = out;
    this.interactive = interactive;
    this.size = size;
  }

  private static Terminal at(PrintWriter out, int descriptor) {
    boolean interactive = isTerminal(descriptor);
    return new Terminal(out, interactive, new TerminalSize(interactive));
  }

  /** Where a command prints what was asked for. */
  public static Terminal out(@Nullable CommandSpec spec) {
    return at(started(spec).commandLine().getOut(), 1);
  }

  /** Where a command prints what is not part of its answer: progress, warnings. */
  public static Terminal errors(@Nullable CommandSpec spec) {
    return at(started(spec).commandLine().getErr(), StandardError.descriptor());
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
    return at(new PrintWriter(System.out, false, System.out.charset()), 1);
  }

  /** Standard error. */
  @SuppressWarnings("SystemOut")
  public static Terminal stderr() {
    return at(new PrintWriter(System.err, false, System.err.charset()), StandardError.descriptor());
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

  /** Columns there are; where nobody looks, those of a page. */
  public int columns() {
    return size.columns();
  }

  /**
   * Draws a block over the block before it; does nothing where nobody looks. What does not fit is
   * cut: a line that wraps, or a block that scrolls, could not be drawn over.
   */
  public void redraw(List<String> block) {
    if (!interactive) {
      return;
    }
    List<String> lines =
        block.stream()
            .limit(Math.max(1, size.rows() - 1))
            .map(line -> ColumnText.cut(line, columns() - 1))
            .toList();
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

  /** Prints lines below whatever is drawn, broken at blanks where they are too long. */
  public void paragraph(String text) {
    text.lines().flatMap(line -> ColumnText.wrap(line, columns()).stream()).forEach(this::line);
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
    return colored() ? "\u001b[1m" + text + "\u001b[0m" : text;
  }

  /** Grey on a terminal. */
  public String dim(String text) {
    return colored() ? "\u001b[2m" + text + "\u001b[0m" : text;
  }

  /** See no-color.org. */
  private boolean colored() {
    String no = System.getenv("NO_COLOR");
    return interactive && (no == null || no.isEmpty());
  }
}
