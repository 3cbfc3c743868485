package dev.dolmen.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The generated code of the client for Go, which is in the repository, has the fields, methods and
 * comments of the definitions. Else clients/go/generate was not run after a change of them; {@code
 * .ci/clients} runs it and compares all.
 */
class GoClientTest {
  private static final Path ROOT = Path.of("../..").toAbsolutePath().normalize();
  private static final Path DEFINITIONS = ROOT.resolve("proto/src/main/proto/dolmen/v1");
  private static final Path GENERATED = ROOT.resolve("clients/go/v1");

  private static final Pattern FIELD =
      Pattern.compile(
          "(?m)^ *(?:(?:repeated|optional) +)?(?:map<[^>]+>|[\\w.]+) +(\\w+) += +(\\d+)(?:"
              + " *\\[[^]]*])?;");
  private static final Pattern TAG = Pattern.compile("protobuf:\"\\w+,(\\d+),[^\"]*?name=(\\w+)");
  private static final Pattern METHOD = Pattern.compile("(?m)^ *rpc +(\\w+) *\\(");
  private static final Pattern CALL = Pattern.compile("Invoke\\(ctx, \"/[\\w.]+/(\\w+)\"");
  private static final Pattern STREAM = Pattern.compile("NewStream\\(ctx, .*\"/[\\w.]+/(\\w+)\"");

  /** Comments that the generator for Go leaves out. */
  private static final String OF_SERVICES = "(?m)(?:^//.*\\n)+(?=service )";

  private static final Pattern COMMENT = Pattern.compile("(?m)^\\s*//[ \\t]?(.*?)\\s*$");

  @ParameterizedTest
  @ValueSource(strings = {"admin", "catalog", "event", "feedback", "item", "recommendation"})
  void isWhatTheDefinitionsSay(String name) throws IOException {
    String definition = Files.readString(DEFINITIONS.resolve(name + ".proto"));
    String generated = Files.readString(GENERATED.resolve(name + ".pb.go"));
    Path calls = GENERATED.resolve(name + "_grpc.pb.go");
    String stubs = Files.exists(calls) ? Files.readString(calls) : "";
    String values = "(?s)\\benum \\w+ \\{.*?\\n *}";
    List<String> fields = found(FIELD, definition.replaceAll(values, ""), 2, 1);
    assertThat(fields).as("run clients/go/generate").isNotEmpty();
    assertThat(found(TAG, generated, 1, 2)).containsExactlyInAnyOrderElementsOf(fields);
    Set<String> called = new TreeSet<>(found(CALL, stubs, 1));
    called.addAll(found(STREAM, stubs, 1));
    assertThat(called).isEqualTo(new TreeSet<>(found(METHOD, definition, 1)));
    String kept = definition.replaceAll(OF_SERVICES, "");
    assertThat(comments(generated + stubs)).containsAll(comments(kept));
  }

  /** Lines of comments; Go's formatter indents what looks like a list. */
  private static Set<String> comments(String text) {
    return found(COMMENT, text, 1).stream()
        .map(line -> line.replaceAll("\\s+", " ").strip())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** What the groups of each match hold, parted by a blank. */
  private static List<String> found(Pattern pattern, String text, int... groups) {
    return pattern
        .matcher(text)
        .results()
        .map(match -> Arrays.stream(groups).mapToObj(match::group).collect(Collectors.joining(" ")))
        .toList();
  }
}
