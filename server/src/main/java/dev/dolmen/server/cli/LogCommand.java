package dev.dolmen.server.cli;

import dev.dolmen.server.cli.terminal.JsonReport;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.trainer.log.DirectoryLock;
import dev.dolmen.trainer.log.LogRepair;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Looks at an embedded feedback log, and mends one that is damaged. */
@Command(
    name = "log",
    mixinStandardHelpOptions = true,
    description = {
      "Checks the embedded feedback log of a data directory, and mends one that is damaged.",
      "A server that finds its log damaged serves what it has learned and takes no feedback."
    },
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    subcommands = {LogCommand.Verify.class, LogCommand.Cut.class, LogCommand.Skip.class})
final class LogCommand extends CommandGroup {
  /** What the commands have in common: the directory, how they print, and what they end with. */
  abstract static class OnLog implements Callable<Integer> {
    @Parameters(
        paramLabel = "DIR",
        description = "The data directory, the one that holds log and snapshots.")
    private @Nullable Path directory;

    @Option(names = "--json", description = "Print it as JSON.")
    private boolean json;

    @Spec private @Nullable CommandSpec spec;

    Path log() {
      Path log = directory == null ? Path.of("log") : directory.resolve("log");
      if (!Files.isDirectory(log)) {
        throw new CommandFailedException(
            1, directory + ": there is no log in it; expected a data directory");
      }
      return log;
    }

    /** Nobody may append while files are mended. */
    DirectoryLock lock() throws IOException {
      return DirectoryLock.acquire(directory == null ? Path.of("") : directory);
    }

    void print(LogRepair.Report report) {
      Terminal out = Terminal.out(spec);
      if (json) {
        out.text(json(report).text());
        return;
      }
      out.line(
          report.segments()
              + " files, "
              + report.records()
              + " whole records from offset "
              + report.firstOffset()
              + " to "
              + report.lastOffset()
              + (report.unchecked() == 0
                  ? ""
                  : ", " + report.unchecked() + " of them from before records had checksums"));
      for (LogRepair.Damage damage : report.damages()) {
        out.line(
            "DAMAGED: "
                + damage.file()
                + " at byte "
                + damage.position()
                + ", log offset "
                + damage.offset()
                + ": "
                + damage.what()
                + "; "
                + (damage.nextOffset() == 0
                    ? "nothing can be read behind it"
                    : "the next record that can be read has offset " + damage.nextOffset()));
      }
    }

    private static JsonReport json(LogRepair.Report report) {
      return new JsonReport()
          .put("files", report.segments())
          .put("records", report.records())
          .put("records_without_checksum", report.unchecked())
          .put("first_offset", report.firstOffset())
          .put("last_offset", report.lastOffset())
          .put("damages", report.damages().stream().map(OnLog::json).toList());
    }

    private static JsonReport json(LogRepair.Damage damage) {
      return new JsonReport()
          .put("file", damage.file().toString())
          .put("byte", damage.position())
          .put("offset", damage.offset())
          .put("what", damage.what())
          .put("next_offset", damage.nextOffset());
    }

    @Override
    public Integer call() {
      try {
        return run();
      } catch (IOException e) {
        throw new CommandFailedException(1, e);
      }
    }

    abstract int run() throws IOException;
  }

  /** A change of the log's files, which can be looked at before. */
  abstract static class Mend extends OnLog {
    @Override
    int run() throws IOException {
      Path log = log();
      try (DirectoryLock _ = lock()) {
        LogRepair repair = new LogRepair(log);
        if (!repair.verify().damages().isEmpty()) {
          mend(repair);
        }
        LogRepair.Report after = repair.verify();
        print(after);
        return after.damages().isEmpty() ? 0 : 1;
      }
    }

    abstract void mend(LogRepair repair) throws IOException;
  }

  @Command(
      name = "verify",
      mixinStandardHelpOptions = true,
      sortOptions = false,
      description = {
        "Reads every record and checks it against its checksum; names what is damaged by file, byte"
            + " and log offset. Changes nothing."
      },
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {"0:all is whole", "1:something is damaged, or there is no log"},
      footer = {"", "Example:", "  dolmen log verify /var/lib/dolmen"})
  static final class Verify extends OnLog {
    @Override
    int run() throws IOException {
      LogRepair.Report report = new LogRepair(log()).verify();
      print(report);
      return report.damages().isEmpty() ? 0 : 1;
    }
  }

  @Command(
      name = "cut",
      mixinStandardHelpOptions = true,
      sortOptions = false,
      description = {
        "Ends the log before the first record that is damaged. What is behind is not learned any"
            + " more; its files stay, under names that end with .damaged.",
        "The server must not be running."
      },
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {"0:the log is whole", "1:it could not be mended, or a process uses it"},
      footer = {"", "Example:", "  dolmen log cut /var/lib/dolmen"})
  static final class Cut extends Mend {
    @Override
    void mend(LogRepair repair) throws IOException {
      repair.cut();
    }
  }

  @Command(
      name = "skip",
      mixinStandardHelpOptions = true,
      sortOptions = false,
      description = {
        "Gives up the records that are damaged and keeps those behind them. Files that are written"
            + " over are copied first, to names that end with .damaged.",
        "The server must not be running."
      },
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {"0:the log is whole", "1:it could not be mended, or a process uses it"},
      footer = {"", "Example:", "  dolmen log skip /var/lib/dolmen"})
  static final class Skip extends Mend {
    @Override
    void mend(LogRepair repair) throws IOException {
      repair.skip();
    }
  }
}
