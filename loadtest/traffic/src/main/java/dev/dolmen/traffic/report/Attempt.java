package dev.dolmen.traffic.report;

import dev.dolmen.server.DirectoryTree;
import dev.dolmen.server.cli.terminal.JsonReport;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.traffic.local.LocalServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Something that passes or fails, done in a temporary folder, which is kept where it failed. What
 * servers of this process log stays out of the terminal.
 */
@FunctionalInterface
public interface Attempt {
  /**
   * What came of it.
   *
   * @param text for people
   * @param figures the same as JSON
   */
  record Outcome(boolean passed, String text, JsonReport figures) {}

  /**
   * Does it.
   *
   * @param folder empty
   * @throws IOException if it could not be done
   */
  Outcome in(Path folder) throws IOException, InterruptedException;

  /**
   * Does it, and prints what came of it.
   *
   * @param prefix of the folder's name
   * @param progress cleared when it has been done
   * @return the exit code: 0 if it passed, 1 if it failed or could not be done
   */
  default int exitCode(String prefix, Reporting reporting, Terminal out, Terminal progress)
      throws IOException, InterruptedException {
    LocalServer.quietLogs();
    Path folder = Files.createTempDirectory(prefix);
    Outcome outcome;
    try {
      outcome = in(folder);
    } catch (IOException e) {
      progress.clear();
      out.line("the drill failed: " + e.getMessage());
      out.line("everything is kept in " + folder);
      return 1;
    }
    progress.clear();
    reporting.publish(out, () -> out.text(outcome.text()), outcome.figures());
    if (!outcome.passed()) {
      out.line("everything is kept in " + folder);
      return 1;
    }
    DirectoryTree.delete(folder);
    return 0;
  }
}
