package dev.dolmen.evaluation.study;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dolmen.server.cli.CommandFailedException;
import dev.dolmen.server.cli.terminal.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** A few thousand clicks in the demonstration's shop, then products that nobody has clicked. */
class NewProductCommandTest {
  private static final int PRODUCTS = 12;

  @TempDir Path folder;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private int run(String... arguments) {
    Terminal to = new Terminal(new PrintStream(out, true, StandardCharsets.UTF_8), false);
    Terminal errors = new Terminal(new PrintStream(new ByteArrayOutputStream()), false);
    return new CommandLine(new NewProductCommand(to, errors))
        .setExecutionExceptionHandler((e, line, parsed) -> {
          to.line(String.valueOf(e.getMessage()));
          return e instanceof CommandFailedException failed ? failed.getExitCode() : 3;
        })
        .execute(arguments);
  }

  private JsonNode json(String name, String... more) throws IOException {
    List<String> arguments = new ArrayList<>(List.of(more));
    Path json = folder.resolve(name);
    arguments.addAll(List.of("--json", json.toString(), "--products", "" + PRODUCTS));
    assertThat(run(arguments.toArray(String[]::new)))
        .as(out.toString(StandardCharsets.UTF_8))
        .isZero();
    return new ObjectMapper().readTree(json.toFile());
  }

  private static List<Integer> ranks(JsonNode report) {
    List<Integer> ranks = new ArrayList<>();
    report.get("cold_item_ranks").forEach(rank -> ranks.add(rank.asInt()));
    return ranks;
  }

  @Test
  void theSameSeedGivesTheSameRanks() throws IOException {
    JsonNode one = json("one.json", "--clicks", "1500", "--seeds", "2");
    assertThat(ranks(json("two.json", "--clicks", "1500", "--seeds", "2"))).isEqualTo(ranks(one));
    assertThat(ranks(one)).hasSize(2 * PRODUCTS).isSorted();
    assertThat(one.get("items").asInt() - PRODUCTS).isBetween(1_900, 2_100);
    assertThat(one.get("by_seed")).hasSize(2);
    assertThat(ranks(one.get("by_seed").get(1)))
        .isNotEqualTo(ranks(one.get("by_seed").get(0)))
        .isSubsetOf(ranks(one));
  }

  /** By chance products would stand at about 1,000; what is known of like ones is known of them. */
  @Test
  void newProductsStandWhereTheirMetadataPutsThem() throws IOException {
    JsonNode early = json("early.json", "--clicks", "400", "--seeds", "1");
    JsonNode late = json("late.json", "--clicks", "4000", "--seeds", "1");
    assertThat(late.get("cold_item_rank").asDouble()).isBetween(1.0, 250.0);
    assertThat(late.get("sibling_rank").asDouble())
        .isBetween(1.0, early.get("sibling_rank").asDouble() - 1);
    assertThat(late.get("recall@20").asDouble()).isGreaterThan(early.get("recall@20").asDouble());
    assertThat(late.get("cold_item_rank").asDouble())
        .isBetween(
            late.get("cold_item_rank_quartile_1").asDouble(),
            late.get("cold_item_rank_quartile_3").asDouble());
  }

  @Test
  void refusesMoreProductsThanThereArePlacesFor() {
    assertThat(run("--products", "5000")).isEqualTo(2);
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("--products: 5000, expected 1 to ")
        .contains("seed 1");
  }
}
