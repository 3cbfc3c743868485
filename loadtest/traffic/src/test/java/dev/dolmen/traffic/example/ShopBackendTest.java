package dev.dolmen.traffic.example;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.traffic.local.LocalServer;
import dev.dolmen.v1.RecommendResponse;
import dev.dolmen.v1.ScoredItem;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The example of docs/clients.md runs against a server with the sample configuration, and stands
 * there.
 */
class ShopBackendTest {
  private static final Path SOURCE =
      Path.of("src/test/java/dev/dolmen/traffic/example/ShopBackend.java");
  private static final Path CLIENTS = Path.of("../../docs/clients.md");

  @Test
  void recommendsWhatIsOnSaleAfterAClick(@TempDir Path directory) throws Exception {
    Path sample = Files.writeString(directory.resolve("dolmen.yaml"), DolmenConfig.sample());
    try (LocalServer server = LocalServer.start(DolmenConfig.load(sample, Map.of()))) {
      ManagedChannel channel =
          NettyChannelBuilder.forAddress("127.0.0.1", server.port()).usePlaintext().build();
      try {
        ShopBackend shop = new ShopBackend(channel);
        List<String> kettles = List.of("home", "kitchen", "kettles");
        shop.onSale("kettle-1", kettles, "Steamwell", "Gooseneck kettle", 59);
        shop.onSale("kettle-2", kettles, "Steamwell", "Whistling kettle", 39);
        shop.onSale("rug-1", List.of("home", "living", "rugs"), "Loom", "Wool rug", 180);
        RecommendResponse first = shop.show("visit-1", 3);
        shop.onClick("visit-1", "kettle-1", first.getRequestId());
        RecommendResponse next = shop.show("visit-1", 2);
        while (next.getSessionEventsUsed() == 0) {
          next = shop.show("visit-1", 2); // Until the click's batch is learned.
        }
        assertThat(next.getItemsList())
            .extracting(ScoredItem::getItemId)
            .containsExactly("kettle-2", "rug-1");
      } finally {
        channel.shutdownNow();
      }
    }
  }

  @Test
  void standsInTheReadme() throws Exception {
    String source = Files.readString(SOURCE);
    int begin = source.indexOf("// docs: begin\n") + "// docs: begin\n".length();
    String example = source.substring(begin, source.indexOf("// docs: end"));
    assertThat(Files.readString(CLIENTS)).contains("```java\n" + example + "```");
  }
}
