package dev.dolmen.traffic.report;

import dev.dolmen.server.Version;
import dev.dolmen.server.cli.terminal.JsonReport;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.traffic.local.Machine;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** The options of every command that measures: where figures go besides the terminal. */
public final class Reporting {
  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec command;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Also write the figures as JSON; shares are fractions of 1.")
  private @Nullable Path json;

  @Option(
      names = "--report",
      paramLabel = "DIR",
      description =
          "Also add a report to this folder, named by date, command and commit: figures as printed,"
              + " machine, commit and command line. Nothing there is overwritten.")
  private @Nullable Path report;

  /**
   * Prints figures, and writes them where that was asked for.
   *
   * @param print prints them on {@code out}
   * @param figures the same as JSON
   * @throws IOException if a file cannot be written; what is printed has been printed then
   */
  public void publish(Terminal out, Runnable print, JsonReport figures)
      throws IOException, InterruptedException {
    write(out, out.recorded(print), figures);
  }

  /**
   * Writes figures that have been printed already, where that was asked for.
   *
   * @param printed as on the terminal
   * @param figures the same as JSON
   */
  public void write(Terminal out, String printed, JsonReport figures)
      throws IOException, InterruptedException {
    writeJson(figures);
    if (report != null) {
      add(out, report, "```text\n" + printed.stripTrailing() + "\n```", null);
    }
  }

  /**
   * As {@link #publish}, with a report that has more than what is printed.
   *
   * @param markdown what stands in the report in place of what is printed
   * @param page makes an HTML page that goes with it
   */
  public void publishPage(
      Terminal out,
      Runnable print,
      JsonReport figures,
      Supplier<String> markdown,
      Function<Provenance, String> page)
      throws IOException, InterruptedException {
    print.run();
    writeJson(figures);
    if (report != null) {
      add(out, report, markdown.get(), page);
    }
  }

  private void writeJson(JsonReport figures) throws IOException {
    if (json != null) {
      figures.write(json);
    }
  }

  private void add(
      Terminal out, Path folder, String figures, @Nullable Function<Provenance, String> page)
      throws IOException, InterruptedException {
    if (command == null) {
      throw new IllegalStateException("picocli sets the spec before a command runs");
    }
    Provenance made =
        new Provenance(
            commandLine(command),
            settings(command),
            Instant.now(),
            Machine.description(),
            Version.current(),
            Commit.current());
    Path written =
        new MeasurementReport(name(command), made, figures)
            .write(folder, page == null ? null : page.apply(made));
    out.line("report: " + written + (page == null ? "" : ", and .html"));
  }

  /** Name of the command below the root, with what it was given by place: {@code drill-crash}. */
  private static String name(CommandSpec command) {
    List<String> parts = new ArrayList<>();
    parts.add(command.name());
    for (CommandSpec c = command.parent(); c != null && c.parent() != null; c = c.parent()) {
      parts.addFirst(c.name());
    }
    ParseResult given = command.commandLine().getParseResult();
    for (PositionalParamSpec place : given.matchedPositionals()) {
      parts.addAll(place.originalStringValues());
    }
    return String.join("-", parts);
  }

  private static String commandLine(CommandSpec command) {
    CommandSpec root = command.root();
    List<String> words = new ArrayList<>(List.of(root.name()));
    for (String word : root.commandLine().getParseResult().originalArgs()) {
      boolean plain = word.matches("[A-Za-z0-9._/:=,@%+-]+");
      words.add(plain ? word : "'" + word.replace("'", "'\\''") + "'");
    }
    return String.join(" ", words);
  }

  private static String settings(CommandSpec command) {
    List<String> settings = new ArrayList<>();
    for (OptionSpec option : command.options()) {
      Object value = option.getValue();
      boolean ofReports = option.longestName().matches("--json|--report");
      if (!option.usageHelp() && !option.versionHelp() && !ofReports && says(value)) {
        settings.add(option.longestName() + text(value));
      }
    }
    return settings.isEmpty() ? "none" : String.join(", ", settings);
  }

  /** Whether an option is set to something: not to nothing, nor to a bound that bounds nothing. */
  private static boolean says(@Nullable Object value) {
    boolean unbounded =
        (value instanceof Long n && n == Long.MAX_VALUE)
            || (value instanceof Double x && x.isNaN());
    return value != null && !value.equals(false) && !unbounded;
  }

  private static String text(Object value) {
    if (value.equals(true)) {
      return "";
    }
    return " "
        + (value instanceof Collection<?> all
            ? String.join(",", all.stream().map(String::valueOf).toList())
            : value);
  }
}
