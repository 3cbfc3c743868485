package dev.dolmen.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The one list of what is written in versions has each of them, as the sources have it. */
class LayoutVersionsTest {
  private static final Path ROOT = Path.of("../..").toAbsolutePath().normalize();
  private static final Pattern CONSTANT =
      Pattern.compile(
          "static final (?:int|byte|long) ((?:FORMAT_|LAYOUT_)?VERSION|LAYOUT|FORMAT) = (\\w+);");
  private static final Pattern ROW = Pattern.compile("\\| `(\\w+\\.\\w+)` \\| (\\w+) \\|");

  @Test
  void theListHasEveryVersion() throws IOException {
    Map<String, String> listed = new TreeMap<>();
    Matcher rows = ROW.matcher(Files.readString(ROOT.resolve("docs/internals/snapshots.md")));
    while (rows.find()) {
      listed.put(rows.group(1), rows.group(2));
    }
    assertThat(constants()).hasSizeGreaterThan(5).isEqualTo(listed);
  }

  private static Map<String, String> constants() throws IOException {
    Map<String, String> found = new TreeMap<>();
    for (String module : List.of("model", "parameter-store", "trainer", "server")) {
      try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve("src/main/java"))) {
        for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
          String type = file.getFileName().toString().replace(".java", "");
          Matcher constant = CONSTANT.matcher(Files.readString(file));
          while (constant.find()) {
            found.put(type + "." + constant.group(1), constant.group(2));
          }
        }
      }
    }
    return found;
  }
}
