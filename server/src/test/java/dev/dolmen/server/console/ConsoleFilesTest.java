package dev.dolmen.server.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

/** The console's files are those that are listed, need nothing else, and are light. */
class ConsoleFilesTest {
  private static final Path FOLDER = Path.of("src/main/resources/dev/dolmen/server/console");
  private static final int COMPRESSED_BYTES_MAX = 300 << 10;
  private static final Pattern IMPORT = Pattern.compile("^import .*\"(.+)\";$");

  @Test
  void theListHasAllThereAre() throws IOException {
    try (Stream<Path> files = Files.walk(FOLDER)) {
      assertThat(ConsoleFiles.names())
          .doesNotHaveDuplicates()
          .containsExactlyInAnyOrderElementsOf(
              files
                  .filter(Files::isRegularFile)
                  .map(file -> FOLDER.relativize(file).toString().replace('\\', '/'))
                  .filter(name -> !name.equals("files.txt"))
                  .toList());
    }
    assertThat(ConsoleFiles.read()).isNotNull();
  }

  @Test
  void whatAModuleImportsIsThere() throws IOException {
    for (String name : scripts()) {
      for (String text : Files.readAllLines(FOLDER.resolve(name))) {
        Matcher imports = IMPORT.matcher(text);
        if (imports.matches()) {
          Path target = Path.of(name).resolveSibling(imports.group(1)).normalize();
          assertThat(FOLDER.resolve(target)).as(name + ": " + text).isRegularFile();
        }
      }
    }
  }

  @Test
  void nothingIsOfElsewhereAndNothingIsInline() throws IOException {
    for (String name : ConsoleFiles.names()) {
      String text = Files.readString(FOLDER.resolve(name)).replace("http://www.w3.org/", "");
      assertThat(text).as(name).doesNotContain("http://", "https://", "innerHTML", "eval(");
    }
    for (String page : List.of("index.html", "docs.html")) {
      assertThat(Files.readString(FOLDER.resolve(page)))
          .as(page)
          .doesNotContain("<style", " style=", "onclick=", "<script>");
    }
  }

  @Test
  void allOfItIsLight() throws IOException {
    int bytes = 0;
    for (String name : ConsoleFiles.names()) {
      ByteArrayOutputStream small = new ByteArrayOutputStream();
      try (GZIPOutputStream gzip = new GZIPOutputStream(small)) {
        gzip.write(Files.readAllBytes(FOLDER.resolve(name)));
      }
      bytes += small.size();
    }
    assertThat(bytes).isBetween(1, COMPRESSED_BYTES_MAX);
  }

  private static List<String> scripts() {
    return ConsoleFiles.names().stream().filter(name -> name.endsWith(".js")).toList();
  }
}
