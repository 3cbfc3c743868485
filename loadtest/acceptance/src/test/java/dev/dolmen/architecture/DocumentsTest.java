package dev.dolmen.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every link of a document leads to something, and those that are read first stay short. */
class DocumentsTest {
  private static final Path ROOT = Path.of("../..").toAbsolutePath().normalize();

  /** Where datasets are kept, with papers of their own. */
  private static final Path DATA = ROOT.resolve("data");

  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
  private static final Pattern HEADING = Pattern.compile("(?m)^#+ +(.+?) *$");
  private static final Pattern CODE = Pattern.compile("(?s)```.*?```");

  @Test
  void everyLinkLeadsSomewhere() throws IOException {
    Set<String> dead = new TreeSet<>();
    int links = 0;
    for (Path document : documents()) {
      for (String link : links(document)) {
        links++;
        if (!leadsSomewhere(document, link)) {
          dead.add(ROOT.relativize(document) + ": " + link);
        }
      }
    }
    assertThat(dead).as("dead links").isEmpty();
    assertThat(links).isGreaterThan(20);
  }

  @Test
  void whatIsReadFirstIsShort() throws IOException {
    assertThat(Files.size(ROOT.resolve("README.md"))).isLessThanOrEqualTo(10_240);
    assertThat(Files.size(ROOT.resolve("ARCHITECTURE.md"))).isLessThanOrEqualTo(27_000);
  }

  private static List<Path> documents() throws IOException {
    try (Stream<Path> files = Files.walk(ROOT)) {
      return files
          .filter(file -> file.toString().endsWith(".md"))
          .filter(file -> !file.toString().contains("/target/") && !file.startsWith(DATA))
          .toList();
    }
  }

  /** Those to the repository: another site may be away. */
  private static List<String> links(Path document) throws IOException {
    return LINK.matcher(text(document))
        .results()
        .map(found -> found.group(1))
        .filter(link -> !link.matches("[a-z]+:.*"))
        .toList();
  }

  private static boolean leadsSomewhere(Path document, String link) throws IOException {
    String[] parts = link.split("#", 2);
    Path target = parts[0].isEmpty() ? document : document.resolveSibling(parts[0]).normalize();
    return Files.exists(target) && (parts.length == 1 || anchors(target).contains(parts[1]));
  }

  /** As GitHub makes them of headings; the second of the same name ends in -1. */
  private static Set<String> anchors(Path document) throws IOException {
    Set<String> anchors = new HashSet<>();
    Matcher headings = HEADING.matcher(text(document));
    for (MatchResult heading : headings.results().toList()) {
      String name = heading.group(1).toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N} _-]", "");
      String anchor = name.replace(' ', '-');
      int number = 0;
      while (!anchors.add(number == 0 ? anchor : anchor + "-" + number)) {
        number++;
      }
    }
    return anchors;
  }

  private static String text(Path document) throws IOException {
    return CODE.matcher(Files.readString(document)).replaceAll("");
  }
}
