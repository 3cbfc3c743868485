package dev.dolmen.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.traffic.local.LocalServer;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.RecommendResponse;
import dev.dolmen.v1.ScoredItem;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The example shop of the docs, against a real server with the sample configuration. */
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // Else it waits for ever.
class ExampleShopTest {
  @TempDir Path directory;

  private LocalServer server() throws Exception {
    Path sample = Files.writeString(directory.resolve("dolmen.yaml"), DolmenConfig.sample());
    return LocalServer.start(DolmenConfig.load(sample, Map.of()));
  }

  /** A first call compiles, on a machine that may have other things to do. */
  private static DolmenClient client(LocalServer server) {
    return DolmenClient.to("127.0.0.1:" + server.port()).deadline(Duration.ofSeconds(60)).build();
  }

  @Test
  void recommendsWhatIsOnSaleAfterAClick() throws Exception {
    try (LocalServer server = server();
        ExampleShop shop = new ExampleShop(client(server))) {
      shop.onSale("kettle-1", List.of("home", "kitchen", "kettles"), 59);
      shop.onSale("kettle-2", List.of("home", "kitchen", "kettles"), 39);
      shop.onSale("rug-1", List.of("home", "living", "rugs"), 180);
      RecommendResponse first = shop.show("visit-1", 3);
      assertThat(first.getItemsCount()).isEqualTo(3);
      assertThat(shop.onClick("visit-1", "kettle-1", first.getRequestId())).isTrue();
      RecommendResponse next = shop.show("visit-1", 2);
      while (next.getSessionEventsUsed() == 0) {
        next = shop.show("visit-1", 2); // Until the click's batch is learned.
      }
      assertThat(next.getItemsList())
          .extracting(ScoredItem::getItemId)
          .containsExactlyInAnyOrder("kettle-2", "rug-1");
      assertThat(next.getItems(0).getExplanation().getReason()).isNotEmpty();
    }
  }

  @Test
  void whatTheServerRefusesIsSaid() throws Exception {
    try (LocalServer server = server();
        DolmenClient client = client(server)) {
      assertThatThrownBy(() -> client.recommend(RecommendRequest.getDefaultInstance()))
          .isInstanceOfSatisfying(
              StatusRuntimeException.class,
              e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT));
      BlockingQueue<String> refusals = new LinkedBlockingQueue<>();
      try (FeedbackPublisher publisher =
          client.publisher(
              FeedbackPublisher.Options.defaults()
                  .withRefusals((event, why) -> refusals.add(why.getField())))) {
        assertThat(publisher.offer(FeedbackEvent.newBuilder().setSessionId("s").build())).isTrue();
        assertThat(refusals.take()).isEqualTo("events[0].item_id");
        assertThat(publisher.counts().refused()).isEqualTo(1);
      }
    }
  }

  @Test
  void standsInTheDocuments() throws Exception {
    String source = Files.readString(Path.of("src/test/java/dev/dolmen/client/ExampleShop.java"));
    int begin = source.indexOf("// docs: begin\n") + "// docs: begin\n".length();
    String example = source.substring(begin, source.indexOf("// docs: end"));
    assertThat(Files.readString(Path.of("../docs/clients.md")))
        .contains("```java\n" + example + "```");
  }
}
