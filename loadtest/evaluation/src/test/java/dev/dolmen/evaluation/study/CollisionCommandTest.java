package dev.dolmen.evaluation.study;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dolmen.server.cli.terminal.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** A small dataset through hashed tables and ours: the report is whole, the plot is XML. */
class CollisionCommandTest {
  private static final int ITEMS = 50;
  private static final int SESSIONS = 150;
  private static final int CLICKS = 4;

  @TempDir Path folder;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  @BeforeEach
  void write() throws IOException {
    Random random = new Random(1);
    StringBuilder items = new StringBuilder("item_id:token\tkind:token\n");
    for (int i = 0; i < ITEMS; i++) {
      items.append(i).append("\tk").append(i % 10).append('\n');
    }
    Files.writeString(folder.resolve("walk.item"), items);
    StringBuilder clicks = new StringBuilder("session_id:token\titem_id:token\ttimestamp:float\n");
    for (int s = 0; s < SESSIONS; s++) {
      int item = random.nextInt(ITEMS);
      for (int c = 0; c < CLICKS; c++) {
        clicks.append(s + "\t" + item + "\t" + (s * CLICKS + c) + "\n");
        item = (item + 1) % ITEMS;
      }
    }
    Files.writeString(folder.resolve("walk.inter"), clicks);
  }

  @Test
  void comparesAndReports() throws Exception {
    Path json = folder.resolve("c.json");
    Path svg = folder.resolve("c.svg");
    Terminal to = new Terminal(new PrintStream(out, true, StandardCharsets.UTF_8), false);
    Terminal errors = new Terminal(new PrintStream(new ByteArrayOutputStream()), false);
    int exit =
        new CommandLine(new CollisionCommand(to, errors))
            .execute("--data=" + folder, "--sizes=0.125,2", "--json=" + json, "--plot=" + svg);
    assertThat(exit).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("1/8").contains("ours");
    JsonNode results = new ObjectMapper().readTree(json.toFile()).get("results");
    assertThat(results).hasSize(3);
    for (JsonNode result : results) {
      assertThat(result.get("predictions").asLong()).isEqualTo((long) SESSIONS * (CLICKS - 1));
      assertThat(result.get("recall@20").asDouble()).isBetween(0.0, 1.0);
    }
    // 50 ids into 6 buckets and 10 kinds into 1: all but none collide.
    assertThat(results.get(0).get("buckets").asLong()).isEqualTo(7);
    assertThat(results.get(0).get("colliding_share").asDouble()).isGreaterThan(0.9);
    assertThat(results.get(1).get("colliding_share").asDouble()).isBetween(0.1, 0.7);
    assertThat(results.get(2).get("table").asText()).isEqualTo("collisionless");
    assertThat(results.get(2).get("colliding_share").asDouble()).isZero();
    String plot = Files.readString(svg);
    assertThat(plot).contains("a row for each value").contains("1/8");
    javax.xml.parsers.DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(svg.toFile());
  }
}
