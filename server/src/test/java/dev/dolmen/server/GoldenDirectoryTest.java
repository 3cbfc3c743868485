package dev.dolmen.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.parameterstore.snapshot.SnapshotStore;
import dev.dolmen.v1.Acknowledgement;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.RecommendResponse;
import dev.dolmen.v1.ScoredItem;
import dev.dolmen.v1.StatusResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whole data directories of releases, each under the configuration that it was written under, open
 * in this program and go on: nothing lost, nothing learned twice. With {@code -Dgolden=NAME} the
 * one of this program is kept among them.
 */
class GoldenDirectoryTest {
  private static final Path KEPT = Path.of("src/test/resources/golden");
  private static final long MAX_BYTES = 300 << 10;

  @TempDir Path directory;

  static List<Path> kept() throws IOException {
    try (Stream<Path> files = Files.list(KEPT)) {
      List<Path> archives = files.filter(f -> f.toString().endsWith(".zip")).sorted().toList();
      assertThat(archives).isNotEmpty();
      return archives;
    }
  }

  @ParameterizedTest
  @MethodSource("kept")
  void whatAReleaseWroteOpensAndGoesOn(Path archive) throws Exception {
    opensAndGoesOn(GoldenDirectory.unpack(archive, directory));
  }

  @Test
  void whatThisProgramWritesCanBeKept() throws Exception {
    Path archive = directory.resolve("written.zip");
    GoldenDirectory.write(Files.createDirectory(directory.resolve("written")), archive);
    assertThat(Files.size(archive)).isLessThan(MAX_BYTES);
    GoldenDirectory golden =
        GoldenDirectory.unpack(archive, Files.createDirectory(directory.resolve("again")));
    SnapshotStore store = SnapshotStore.openReadOnly(golden.data().resolve("snapshots"));
    String newest = store.ids().getLast();
    assertThat(store.open(newest).manifest().parent()).as("a chain").isNotNull();
    opensAndGoesOn(golden);
    String name = System.getProperty("golden");
    if (name != null) {
      Files.copy(archive, KEPT.resolve(name + ".zip"), StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private static void opensAndGoesOn(GoldenDirectory golden) throws Exception {
    Properties facts = golden.facts();
    long events = number(facts, "events");
    try (TestServer server = new TestServer(golden.config())) {
      StatusResponse status = GoldenDirectory.status(server);
      assertThat(status.getFeedbackEventsLearned()).isEqualTo(events);
      assertThat(status.getCatalogItems()).isEqualTo(number(facts, "items"));
      assertThat(status.getSessions()).isEqualTo(number(facts, "sessions"));
      assertThat(status.getLearnedLogOffset()).isEqualTo(number(facts, "logOffset"));
      assertThat(status.getModelVersion()).isEqualTo(number(facts, "batches"));
      assertThat(status.getNotReadyReason()).isEmpty();
      recommends(server);
      refusesToLearnTwice(server, events);
      server.click("visit-0-0", "i12", "i14");
      server.click("new", "i12", "i14", "i16");
      assertThat(GoldenDirectory.status(server).getFeedbackEventsLearned()).isEqualTo(events + 5);
    }
    try (TestServer server = new TestServer(golden.config())) {
      assertThat(GoldenDirectory.status(server).getFeedbackEventsLearned()).isEqualTo(events + 5);
      recommends(server);
    }
  }

  /** To a visit that it has learned, and not what was deleted. */
  private static void recommends(TestServer server) {
    RecommendResponse answer = GoldenDirectory.recommend(server, "visit-2-3");
    assertThat(answer.getItemsList())
        .hasSize(10)
        .extracting(ScoredItem::getItemId)
        .doesNotContain(GoldenDirectory.DELETED);
    // What the visit did before, and the event in the request.
    assertThat(answer.getSessionEventsUsed()).isEqualTo(4);
  }

  /** Event ids of before the last snapshot and of behind it are known again. */
  private static void refusesToLearnTwice(TestServer server, long events) {
    for (String visit : List.of("visit-0-0", "visit-2-3")) {
      FeedbackEvent again = TestServer.event(visit + "/shown", visit, "i20", 5).build();
      assertThat(server.publish(again).getAcknowledgements(0).getStatus())
          .as(visit)
          .isEqualTo(Acknowledgement.Status.STATUS_DUPLICATE);
    }
    assertThat(GoldenDirectory.status(server).getFeedbackEventsLearned()).isEqualTo(events);
  }

  private static long number(Properties facts, String name) {
    String value = facts.getProperty(name);
    assertThat(value).as(name).isNotNull();
    return Long.parseLong(value);
  }
}
