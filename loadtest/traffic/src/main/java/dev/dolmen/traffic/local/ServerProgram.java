package dev.dolmen.traffic.local;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What server processes of this program start from: the classes of this process, and the launcher's
 * record of starts, where it has one. Immutable.
 *
 * @param classes a class path
 * @param flags of the JVM
 */
record ServerProgram(String classes, List<String> flags) {
  /**
   * System property: a folder of this program's jars that servers start from instead. Of tests, as
   * no record fits a class path with folders in it.
   */
  static final String JARS = "dolmen.program";

  /** System property: the record of starts that fits these classes. */
  static final String STARTS = "dolmen.starts";

  static ServerProgram ofThisProcess() throws IOException {
    String jars = System.getProperty(JARS, "");
    String starts = System.getProperty(STARTS, "");
    return new ServerProgram(
        jars.isEmpty() ? System.getProperty("java.class.path") : inOrder(Path.of(jars)),
        // The JVM goes without a record that does not fit, which is not worth a word.
        starts.isEmpty()
            ? List.of()
            : List.of("-XX:AOTCache=" + starts, "-Xlog:aot=off", "-Xlog:cds=off"));
  }

  /** A record is of jars in an order: the launcher's, by name. */
  private static String inOrder(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(f -> f.toAbsolutePath().toString())
          .filter(f -> f.endsWith(".jar"))
          .sorted()
          .collect(Collectors.joining(File.pathSeparator));
    }
  }
}
