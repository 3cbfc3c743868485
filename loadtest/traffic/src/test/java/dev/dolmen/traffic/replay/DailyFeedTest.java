package dev.dolmen.traffic.replay;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dolmen.server.cli.terminal.Terminal;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.server.data.InteractionProfile;
import dev.dolmen.server.data.RecBoleDataset;
import dev.dolmen.server.data.SchemaInference;
import dev.dolmen.traffic.generator.CatalogUpload;
import dev.dolmen.traffic.generator.Connection;
import dev.dolmen.traffic.local.LocalServer;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.SlotValue;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** A running server that gets each day's export under the same name. */
class DailyFeedTest {
  private static final int CLICKS = 40;

  @TempDir Path folder;
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  /** Clicks of one day on ten items, of which the file says nothing but their ids. */
  private Path day(int day) throws IOException {
    Path data = Files.createDirectories(folder.resolve("day" + day));
    StringBuilder clicks = new StringBuilder("session_id:token\titem_id:token\ttimestamp:float\n");
    for (int i = 0; i < CLICKS; i++) {
      long sec = 1_760_000_000L + 86_400L * day + i;
      clicks.append("v" + day + "-" + i / 4 + "\ti" + (i / 4 + i % 4) % 10 + "\t" + sec + "\n");
    }
    Files.writeString(data.resolve("shop.inter"), clicks);
    return data;
  }

  private JsonNode replay(Path data, int port) throws IOException {
    Path json = folder.resolve("replay.json");
    Terminal errors = new Terminal(new PrintStream(err, true, StandardCharsets.UTF_8), false);
    Terminal out =
        new Terminal(
            new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8), false);
    int exit =
        new CommandLine(new ReplayCommand(out, errors))
            .execute(
                "--data",
                data.toString(),
                "--server",
                "127.0.0.1:" + port,
                "--json",
                json.toString());
    assertThat(exit).as(err.toString(StandardCharsets.UTF_8)).isZero();
    return new ObjectMapper().readTree(json.toFile());
  }

  private static Item item(String id, boolean unavailable) {
    return Item.newBuilder()
        .setItemId(id)
        .setUnavailable(unavailable)
        .putSlots("brand", SlotValue.newBuilder().setToken("acme").build())
        .build();
  }

  @Test
  void theNextDayIsLearnedAndTheCatalogueStaysAsItIs() throws Exception {
    Path described = day(0);
    Files.writeString(described.resolve("shop.item"), "item_id:token\tbrand:token\ni1\tacme\n");
    RecBoleDataset dataset = RecBoleDataset.find(described);
    InteractionProfile profile =
        InteractionProfile.read(dataset, Long.MAX_VALUE, (rows, share) -> {});
    DolmenConfig config = DolmenConfig.defaults(folder, SchemaInference.infer(dataset, profile));
    try (LocalServer server = LocalServer.start(config);
        Connection connection = Connection.toLocal(server.port())) {
      CatalogUpload.upload(connection, List.of(item("i1", false), item("i2", true)));
      assertThat(replay(day(1), server.port()).get("duplicates").asLong()).isZero();
      JsonNode second = replay(day(2), server.port());
      assertThat(second.get("events").asLong()).isEqualTo(CLICKS);
      assertThat(second.get("duplicates").asLong()).isZero();
      assertThat(replay(day(2), server.port()).get("duplicates").asLong()).isEqualTo(CLICKS);
      Map<String, Item> items =
          connection.items(100).stream().collect(Collectors.toMap(Item::getItemId, i -> i));
      assertThat(items).hasSize(10);
      assertThat(items)
          .containsEntry("i1", item("i1", false))
          .containsEntry("i2", item("i2", true));
    }
  }

  @Test
  void whatTheFileLeavesOpenIsTheServers() {
    LiveCatalog none = new LiveCatalog();
    assertThat(none.upsert(item("i1", false))).isEqualTo(item("i1", false));
  }
}
