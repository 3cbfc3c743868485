package dev.dolmen.evaluation.itemsets;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dolmen.evaluation.EvalCommand;
import dev.dolmen.evaluation.protocol.SmallPairs;
import dev.dolmen.server.cli.CommandFailedException;
import dev.dolmen.server.cli.terminal.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The command about sets of items, from files to figures. */
class ItemSetsEvaluationTest {
  @TempDir Path folder;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  @BeforeEach
  void write() throws IOException {
    SmallPairs.write(folder);
  }

  private int run(String... more) {
    return runOf("item-sets", more);
  }

  private int runOf(String protocol, String... more) {
    Terminal to = new Terminal(new PrintStream(out, true, StandardCharsets.UTF_8), false, 80);
    Terminal errors = new Terminal(new PrintStream(new ByteArrayOutputStream()), false);
    List<String> arguments = new ArrayList<>(List.of("--data=" + folder, "--protocol=" + protocol));
    arguments.addAll(List.of(more));
    return new CommandLine(new EvalCommand(to, errors))
        .setExecutionExceptionHandler((e, line, parsed) -> {
          to.line(String.valueOf(e.getMessage()));
          return e instanceof CommandFailedException failed ? failed.getExitCode() : 99;
        })
        .execute(arguments.toArray(String[]::new));
  }

  private String printed() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private static JsonNode slice(JsonNode json, String name) {
    for (JsonNode slice : json.get("new_items")) {
      if (slice.get("slice").asText().equals(name)) {
        return slice;
      }
    }
    throw new AssertionError("no slice " + name + " in " + json);
  }

  @Test
  void coldAndWarmItemsOfAUserAreFound() throws Exception {
    Path file = folder.resolve("sets.json");
    int code =
        run("--models=dolmen,content-knn,popular", "--passes=2", "--seeds=2", "--json=" + file);
    assertThat(code).as(printed()).isZero();
    JsonNode json = new ObjectMapper().readTree(file.toFile());
    assertThat(json.get("split").asText()).isEqualTo("gar");
    assertThat(json.get("cold_items").asInt()).isEqualTo(40);
    // A user's tag tells a quarter of the items from the others, which is all that can be known.
    for (String name : List.of("cold", "warm", "total")) {
      JsonNode models = slice(json, name).get("models");
      for (String model : List.of("dolmen", "content-knn")) {
        JsonNode recall = models.get(model).get("recall@20");
        assertThat(recall.get("mean").asDouble())
            .as(name + " " + model + " " + recall)
            .isGreaterThan(name.equals("cold") ? 0.95 : 0.6)
            .isBetween(recall.get("low").asDouble(), recall.get("high").asDouble());
        assertThat(models.get(model).get("ndcg@20").get("mean").asDouble()).isGreaterThan(0.3);
      }
    }
    assertThat(slice(json, "cold").get("questions").asInt()).isBetween(50, 60);
    // Popularity knows nothing of a cold item, and an item without a score is never found.
    JsonNode popular = slice(json, "cold").get("models").get("popular");
    assertThat(popular.get("recall@20").get("mean").asDouble()).isZero();
    assertThat(popular.get("first_ahead_ndcg@20").get("low").asDouble()).isPositive();
    assertThat(json.get("exposure_share_cold").get("popular").asDouble()).isZero();
    assertThat(json.get("click_share_cold").asDouble()).isBetween(0.2, 0.5);
    assertThat(printed()).contains("learned in a drawn", "order (seed 1)", "precision@20");
    assertThat(printed().lines()).allMatch(line -> line.length() <= 80);
  }

  @Test
  void aMissingSplitAndOptionsThatDoNotFitAreRefused() throws IOException {
    assertThat(run("--split=aldi")).isEqualTo(1);
    assertThat(printed()).contains("papers.aldi.warm_emb.inter or .gz", "in the folder: gar");
    assertThat(run("--limit=10")).isEqualTo(2);
    assertThat(printed()).contains("--limit: 10, expected none with item-sets");
    assertThat(run("--seen=0")).isEqualTo(2);
    assertThat(printed()).contains("--seen: 0, expected 1 to 1000");
    assertThat(run("--split=../x")).isEqualTo(2);
    assertThat(printed()).contains("--split: ../x, expected letters, digits");
    for (String option : List.of("--split=aldi", "--seen=5", "--order-seed=2")) {
      out.reset();
      assertThat(runOf("static", option)).isEqualTo(2);
      assertThat(printed())
          .contains("--protocol: static, expected item-sets, which --split, --seen and");
    }
    Files.writeString(
        folder.resolve("papers.inter"),
        "user_id:token\titem_id:token\ttimestamp:float\nu0\ti0\t5\n");
    assertThat(run()).isEqualTo(1);
    assertThat(printed()).contains("column timestamp, expected pairs without times");
  }
}
