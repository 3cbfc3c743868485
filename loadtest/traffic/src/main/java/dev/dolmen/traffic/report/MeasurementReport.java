package dev.dolmen.traffic.report;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * One measurement for the record: a Markdown file that is added to a folder under a name of its
 * own. No file is ever overwritten: where a name is taken, a number is appended.
 *
 * @param name of the command, as in {@code bench-train}
 * @param made when, where and by what
 * @param figures Markdown
 */
record MeasurementReport(String name, Provenance made, String figures) {
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
    String plain = (name + "-" + made.commit().id()).replaceAll("[^A-Za-z0-9._-]+", "-");
    return made.date() + "-" + plain;
  }

  private String text(@Nullable String page) {
    return "# "
        + name.replace('-', ' ')
        + ", "
        + made.date()
        + "\n\n- date: "
        + made.dateAndTime()
        + "\n- machine: "
        + made.machine()
        + "\n- version: "
        + made.version()
        + "\n- commit: "
        + made.commit()
        + "\n- command: `"
        + made.commandLine()
        + "`\n- settings: "
        + made.settings()
        + "\n"
        + (page == null ? "" : "- drawings: [" + page + "](" + page + ")\n")
        + "\n"
        + figures.stripTrailing()
        + "\n";
  }
}
