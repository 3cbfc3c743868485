package dev.dolmen.server.config;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The commented sample that ships with the program: every key with its default and, behind that,
 * the range of its values. The ranges are those that the reader asks for, so that nothing is said
 * of them in the file.
 */
final class ConfigSample {
  private static final String RESOURCE = "/dolmen-sample.yaml";

  private final List<String> lines;
  private final Map<String, String> ranges;

  /** Keys of lists' items whose range was told: once is enough. */
  private final Set<String> told = new HashSet<>();

  private ConfigSample(List<String> lines, Map<String, String> ranges) {
    this.lines = lines;
    this.ranges = ranges;
  }

  static String text() {
    String plain = resource();
    List<ConfigProblem> problems = new ArrayList<>();
    YamlNode.Mapping root = YamlParser.parse("sample", plain, problems);
    ConfigSource source = new ConfigSource("sample", Map.of(), problems);
    ConfigSection.root(source, root).read(ConfigLoader::root);
    if (!problems.isEmpty()) {
      throw new IllegalStateException("the sample is not valid: " + problems);
    }
    ConfigSample sample =
        new ConfigSample(new ArrayList<>(plain.lines().toList()), source.ranges());
    sample.tell(root, "");
    return String.join("\n", sample.lines) + '\n';
  }

  private void tell(YamlNode node, String path) {
    switch (node) {
      case YamlNode.Mapping mapping ->
          mapping
              .entries()
              .forEach((key, entry) -> {
                String full = path.isEmpty() ? key : path + '.' + key;
                tellRange(entry.line() - 1, full);
                tell(entry.value(), full);
              });
      case YamlNode.Sequence sequence -> {
        for (int i = 0; i < sequence.items().size(); i++) {
          tell(sequence.items().get(i), path + '[' + i + ']');
        }
      }
      case YamlNode.Scalar _ -> {}
    }
  }

  private void tellRange(int line, String path) {
    String range = ranges.get(path);
    if (range != null && told.add(path.replaceAll("\\[\\d+]", ""))) {
      lines.set(line, lines.get(line) + "  # " + range);
    }
  }

  private static String resource() {
    try (InputStream in = requireNonNull(ConfigSample.class.getResourceAsStream(RESOURCE))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
