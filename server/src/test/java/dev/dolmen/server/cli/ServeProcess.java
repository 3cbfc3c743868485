package dev.dolmen.server.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code dolmen serve} as a process of its own, on free ports. */
final class ServeProcess {
  private ServeProcess() {}

  /** What starts it. */
  static List<String> command(Path config) {
    List<String> command = new ArrayList<>(java());
    command.addAll(
        List.of("serve", "--config", config.toString(), "--port", "0", "--metrics-port", "0"));
    return command;
  }

  /** The program, without arguments. */
  static List<String> java() {
    Path options = Files.exists(Path.of("jvm.options")) ? Path.of("") : Path.of("..");
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "@" + options.resolve("jvm.options"),
        "-Xmx512m",
        "-Dlogback.configurationFile=logback.xml",
        "-cp",
        System.getProperty("java.class.path"),
        DolmenCommand.class.getName());
  }

  /**
   * Reads until a line holds the text; ends at the end of the output at the latest.
   *
   * @param lines get all that is read
   * @return that line
   */
  static String readUntil(BufferedReader log, List<String> lines, String text) throws IOException {
    for (String line = log.readLine(); line != null; line = log.readLine()) {
      lines.add(line);
      if (line.contains(text)) {
        return line;
      }
    }
    throw new AssertionError("no \"" + text + "\" in:\n" + String.join("\n", lines));
  }
}
