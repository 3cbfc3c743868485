package dev.dolmen.server;

import dev.dolmen.parameterstore.snapshot.SnapshotStore;
import dev.dolmen.server.config.ConfigException;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.trainer.Patience;
import dev.dolmen.v1.CreateSnapshotRequest;
import dev.dolmen.v1.DeleteItemsRequest;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.GetStatusRequest;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.RecommendResponse;
import dev.dolmen.v1.SessionContext;
import dev.dolmen.v1.SessionEvent;
import dev.dolmen.v1.StatusResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * A data directory as a process that was killed leaves it, in an archive with the configuration
 * that it had and with what is in it: a chain of snapshots, a log that goes on behind the newest,
 * the journal of its batches.
 *
 * @param folder unpacked: {@code dolmen.yaml}, {@code golden.properties}, {@code data}
 */
record GoldenDirectory(Path folder) {
  static final int ITEMS = 40;
  static final String DELETED = "i7";
  private static final int VISITS = 8;

  private static final String CONFIG =
      """
      log: {segment_bytes: 1MiB, min_free_bytes: 16MiB, max_bytes: 0B}
      snapshots: {interval: 0s, on_close: false, compact_share: 1}
      model: {width: 8, layers: 1, heads: 1, feed_forward_width: 8, max_session_length: 6}
      schema:
        slots:
          - {name: item_id, kind: id, dimension: 8, occurrence_threshold: 2}
          - {name: category, kind: category_path, dimension: 4, levels: 2}
          - {name: price, kind: number, dimension: 4}
          - {name: device, kind: context, dimension: 4}
      """;

  /** Unpacks an archive. */
  static GoldenDirectory unpack(Path archive, Path folder) throws IOException {
    try (ZipFile zip = new ZipFile(archive.toFile())) {
      for (ZipEntry entry : (Iterable<ZipEntry>) zip.stream().map(ZipEntry.class::cast)::iterator) {
        Path file = folder.resolve(entry.getName()).normalize();
        if (!file.startsWith(folder)) {
          throw new IOException(archive + ": " + entry.getName() + " lies outside");
        }
        Files.createDirectories(file.getParent());
        Files.copy(zip.getInputStream(entry), file);
      }
    }
    return new GoldenDirectory(folder);
  }

  Path data() {
    return folder.resolve("data");
  }

  /** The configuration that it was written under, as this program reads it, on free ports. */
  DolmenConfig config() throws IOException, ConfigException {
    DolmenConfig read =
        DolmenConfig.load(
            folder.resolve("dolmen.yaml"), Map.of("DOLMEN_DATA_DIRECTORY", data().toString()));
    return read.withServer(read.server().withPorts(0, 0).with(s -> s.warmUp(Duration.ZERO)));
  }

  /** Counts of what is in it, by name. */
  Properties facts() throws IOException {
    Properties facts = new Properties();
    try (var in = Files.newInputStream(folder.resolve("golden.properties"))) {
      facts.load(in);
    }
    return facts;
  }

  /**
   * Writes one with this program, and packs it while the program runs: what a killed process
   * leaves.
   *
   * @param folder for the files, empty
   * @param archive is made
   */
  static void write(Path folder, Path archive) throws Exception {
    GoldenDirectory golden = new GoldenDirectory(folder);
    Files.writeString(folder.resolve("dolmen.yaml"), CONFIG);
    try (TestServer server = new TestServer(golden.config())) {
      List<Item> items = new ArrayList<>();
      for (int i = 0; i < ITEMS; i++) {
        items.add(TestServer.item("i" + i, i % 2 == 0 ? "books" : "shoes", i).build());
      }
      server.upsert(items.toArray(new Item[0]));
      int events = visits(server, 0);
      server.admin().createSnapshot(CreateSnapshotRequest.getDefaultInstance());
      events += visits(server, 1);
      server.admin().createSnapshot(CreateSnapshotRequest.getDefaultInstance());
      // Little, so that the next snapshot holds what has changed.
      server.catalog().deleteItems(DeleteItemsRequest.newBuilder().addItemIds(DELETED).build());
      server.click("after", "i4", "i6");
      events += 2;
      server.admin().createSnapshot(CreateSnapshotRequest.getDefaultInstance());
      events += visits(server, 2);
      note(golden, status(server), events);
      pack(folder, archive);
    }
  }

  /** Visits with a recommendation each, and a click on what it showed. */
  private static int visits(TestServer server, int round) throws InterruptedException {
    for (int v = 0; v < VISITS; v++) {
      String session = "visit-" + round + "-" + v;
      int first = (v * 5 + round) % 30 + 8;
      server.click(session, "i" + first, "i" + (first + 1));
      RecommendResponse shown = recommend(server, session);
      FeedbackEvent click =
          TestServer.event(session + "/shown", session, shown.getItems(0).getItemId(), 5)
              .setRequestId(shown.getRequestId())
              .build();
      long offset = server.publish(click).getAcknowledgements(0).getLogOffset();
      if (!server.running().engine().ingest().awaitApplied(offset, Patience.FAR)) {
        throw new AssertionError("not learned within " + Patience.FAR);
      }
    }
    return 3 * VISITS;
  }

  /** What the server recommends to a visit that it knows, in a context of its own. */
  static RecommendResponse recommend(TestServer server, String session) {
    return server
        .recommendations()
        .recommend(
            RecommendRequest.newBuilder()
                .setSession(
                    SessionContext.newBuilder()
                        .setSessionId(session)
                        .addEvents(SessionEvent.newBuilder().setItemId("i10")))
                .setK(10)
                .build());
  }

  static StatusResponse status(TestServer server) {
    return server.admin().getStatus(GetStatusRequest.getDefaultInstance());
  }

  private static void note(GoldenDirectory golden, StatusResponse status, int events)
      throws IOException {
    Properties facts = new Properties();
    facts.setProperty("program", Version.text());
    facts.setProperty("items", Integer.toString(ITEMS - 1));
    facts.setProperty("events", Integer.toString(events));
    facts.setProperty("sessions", Integer.toString(3 * VISITS + 1));
    facts.setProperty("logOffset", Long.toString(status.getLogOffset()));
    facts.setProperty("batches", Long.toString(status.getModelVersion()));
    SnapshotStore store = SnapshotStore.openReadOnly(golden.data().resolve("snapshots"));
    facts.setProperty("snapshots", Integer.toString(store.ids().size()));
    try (Writer out = Files.newBufferedWriter(golden.folder().resolve("golden.properties"))) {
      facts.store(out, null);
    }
  }

  private static void pack(Path folder, Path archive) throws IOException {
    try (OutputStream out = Files.newOutputStream(archive);
        ZipOutputStream zip = new ZipOutputStream(out);
        Stream<Path> walked = Files.walk(folder)) {
      zip.setLevel(9);
      for (Path file : walked.filter(Files::isRegularFile).sorted().toList()) {
        // Held by the process, and made again by the next.
        if (!file.endsWith("data/lock")) {
          zip.putNextEntry(new ZipEntry(folder.relativize(file).toString()));
          Files.copy(file, zip);
        }
      }
    }
  }
}
