package dev.dolmen.traffic.report;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One measurement for the record: a Markdown file that is added to a folder under a name of its
 * own. No file is ever overwritten: where a name is taken, a number is appended.
 *
 * @param name of the command, as in {@code bench-train}
 * @param commandLine as it was typed
 * @param settings options as they were, those that were not given included
 * @param at when the figures were there
 * @param machine what it ran on
 * @param commit of the program
 * @param figures Markdown
 */
record MeasurementReport(
    String name,
    String commandLine,
    String settings,
    Instant at,
    String machine,
    Commit commit,
    String figures) {
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("yyyy-MM-dd", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter DATE_AND_TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);

  /**
   * Adds it to a folder.
   *
   * @param folder made if it is not there
   * @param page an HTML page to go with it under the same name, if there is one
   * @return the Markdown file
   * @throws IOException if it cannot be written
   */
  Path write(Path folder, @Nullable String page) throws IOException {
    Files.createDirectories(folder);
    for (int number = 1; ; number++) {
      String stem = stem() + (number == 1 ? "" : "-" + number);
      Path file = folder.resolve(stem + ".md");
      Path drawn = folder.resolve(stem + ".html");
      if (Files.exists(drawn) || !isMade(file)) {
        continue;
      }
      if (page != null) {
        Files.writeString(drawn, page, StandardOpenOption.CREATE_NEW);
      }
      Files.writeString(file, text(page == null ? null : String.valueOf(drawn.getFileName())));
      return file;
    }
  }

  private static boolean isMade(Path file) throws IOException {
    try {
      Files.createFile(file);
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    }
  }

  private String stem() {
    String plain = (name + "-" + commit.id()).replaceAll("[^A-Za-z0-9._-]+", "-");
    return DATE.format(at) + "-" + plain;
  }

  private String text(@Nullable String page) {
    return "# "
        + name.replace('-', ' ')
        + ", "
        + DATE.format(at)
        + "\n\n- date: "
        + DATE_AND_TIME.format(at)
        + "\n- machine: "
        + machine
        + "\n- commit: "
        + commit
        + "\n- command: `"
        + commandLine
        + "`\n- settings: "
        + settings
        + "\n"
        + (page == null ? "" : "- drawings: [" + page + "](" + page + ")\n")
        + "\n"
        + figures.stripTrailing()
        + "\n";
  }
}
