package dev.dolmen.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.Timestamp;
import dev.dolmen.model.kernel.Kernels;
import dev.dolmen.parameterstore.archive.SnapshotArchive;
import dev.dolmen.parameterstore.archive.StoreLocation;
import dev.dolmen.parameterstore.feature.Fids;
import dev.dolmen.parameterstore.snapshot.Snapshot;
import dev.dolmen.parameterstore.snapshot.SnapshotDraft;
import dev.dolmen.parameterstore.snapshot.SnapshotStore;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.trainer.Engine;
import dev.dolmen.trainer.EngineOptions;
import dev.dolmen.trainer.log.RecordVersions;
import dev.dolmen.v1.EventType;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.SlotValue;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The commands that look at snapshots, on a directory with a base and two snapshots of changes. */
@SuppressWarnings("NullAway.Init")
class SnapshotCommandsTest {
  @TempDir Path directory;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private Path data;
  private List<String> ids;
  private EngineOptions options;
  private long events;

  @BeforeEach
  void makeSnapshots() throws Exception {
    data = directory.resolve("data");
    Path config = directory.resolve("c.yaml");
    Files.writeString(
        config,
        """
        data_directory: %s
        model: {width: 16, layers: 1, heads: 2, feed_forward_width: 16, max_session_length: 8}
        snapshots: {interval: 0s, keep: 10, on_close: false, compact_share: 100}
        schema:
          slots:
            - {name: item_id, kind: id, dimension: 8, occurrence_threshold: 1}
            - {name: brand, kind: category, dimension: 4}
            - {name: path, kind: category_path, levels: 2, dimension: 4}
            - {name: title, kind: text, dimension: 4, occurrence_threshold: 1}
            - {name: price, kind: number, dimension: 4}
        """
            .formatted(data));
    options = DolmenConfig.load(config, Map.of()).engine();
    try (Engine engine = open(options)) {
      for (int i = 0; i < 40; i++) {
        engine.ingest().upsert(item(i));
      }
      for (int snapshot = 0; snapshot < 3; snapshot++) {
        visits(engine, 30);
        engine.snapshot();
      }
    }
    ids = SnapshotStore.openReadOnly(data.resolve("snapshots")).ids();
    assertThat(ids).hasSize(3);
  }

  private static Engine open(EngineOptions options) throws Exception {
    return Engine.open(options, InstantSource.system(), new SimpleMeterRegistry());
  }

  private void visits(Engine engine, int visits) throws InterruptedException {
    long last = 0;
    for (int v = 0; v < visits; v++) {
      for (int i = 0; i < 4; i++) {
        long event = events++;
        last =
            engine
                .ingest()
                .publish(
                    FeedbackEvent.newBuilder()
                        .setEventId("e" + event)
                        .setSessionId("s" + event / 4)
                        .setItemId("item-" + event * 7 % 40)
                        .setType(EventType.EVENT_TYPE_CLICK)
                        .setTime(Timestamp.newBuilder().setSeconds(1_700_000_000 + event))
                        .build())
                .offset();
      }
    }
    assertThat(engine.ingest().awaitApplied(last, Duration.ofMinutes(1))).isTrue();
  }

  private static Item item(int i) {
    return Item.newBuilder()
        .setItemId("item-" + i)
        .putSlots("brand", SlotValue.newBuilder().setToken("brand-" + i % 3).build())
        .putSlots(
            "path",
            SlotValue.newBuilder()
                .setPath(
                    dev.dolmen.v1.TokenList.newBuilder().addToken("home").addToken("room" + i % 2))
                .build())
        .putSlots("title", SlotValue.newBuilder().setToken("Fine \"chair\", no " + i).build())
        .putSlots("price", SlotValue.newBuilder().setNumber(10 + i).build())
        .build();
  }

  @Test
  void exportsTheSessionEncoder() throws Exception {
    String config = directory.resolve("c.yaml").toString();
    Path file = directory.resolve("encoder.onnx");
    assertThat(run("model", "export", "--onnx", file.toString(), "--config", config)).isZero();
    assertThat(out.toString()).contains(ids.get(2));
    String graph = Files.readString(file, StandardCharsets.ISO_8859_1);
    assertThat(graph).contains("LayerNormalization", "layer0/qkv/weight", "sessions");
    assertThat(graph.getBytes(StandardCharsets.ISO_8859_1)).hasSizeGreaterThan(4 * 16 * 16 * 4);
    assertThat(run("model", "export", "--onnx", file.toString(), "--config", config)).isOne();
    assertThat(err.toString()).contains("exists");

    Files.writeString(
        directory.resolve("d.yaml"),
        Files.readString(directory.resolve("c.yaml")).replace("layers: 1", "layers: 2"));
    String other = directory.resolve("d.yaml").toString();
    String unwritten = directory.resolve("other.onnx").toString();
    assertThat(run("model", "export", "--onnx", unwritten, "--config", other)).isOne();
    assertThat(err.toString()).contains("layers: 1 in the directory, 2 in the configuration");
    assertThat(Path.of(unwritten)).doesNotExist();
  }

  @Test
  void listsInspectsAndVerifiesAChain() throws Exception {
    assertThat(run("snapshot", "list", "--data", data.toString())).isZero();
    assertThat(out.toString().lines())
        .hasSize(4)
        .anyMatch(line -> line.startsWith(ids.get(0)) && line.contains("nothing"))
        .anyMatch(line -> line.startsWith(ids.get(2)) && line.contains(ids.get(1)));
    assertThat(run("snapshot", "verify", "--data", data.toString())).isZero();
    assertThat(run("snapshot", "inspect", "--data", data.toString())).isZero();
    assertThat(out.toString())
        .contains(ids.get(2))
        .contains("table/0/rows.delta")
        .contains("ROW_WISE_ADAGRAD")
        .contains(Kernels.best().name());
    assertThat(run("snapshot", "inspect", "--data", data.toString(), ids.get(1), "--json"))
        .isZero();
    JsonNode json = new ObjectMapper().readTree(out.toString());
    assertThat(json.get("chain")).hasSize(2);
    assertThat(json.get("slots").get(0).get("slot").asText()).isEqualTo("item_id");
    assertThat(json.get("slots").get(0).get("rows").asInt()).isEqualTo(40);
    assertThat(json.get("batch").asLong()).isPositive();
    assertThat(json.get("kernels").asText()).isEqualTo(Kernels.best().name());
    assertThat(run("snapshot", "inspect", "--data", data.toString(), "none")).isEqualTo(1);
    assertThat(err.toString()).contains("none");
  }

  /** As when a directory moves to another machine; 128 bits are the narrowest vectors there are. */
  @Test
  void aStartWithOtherKernelsSaysSo() throws Exception {
    List<String> command = new ArrayList<>(ServeProcess.command(directory.resolve("c.yaml")));
    command.add(1, "-XX:MaxVectorSize=16");
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    List<String> lines = new ArrayList<>();
    try (BufferedReader log = process.inputReader(StandardCharsets.UTF_8)) {
      ServeProcess.readUntil(log, lines, "Serving gRPC");
    } finally {
      process.destroyForcibly().waitFor();
    }
    String own = Kernels.best().name();
    String told = "learned with " + own + " kernels, and this processor has vector 128 bit";
    assertThat(lines.stream().anyMatch(line -> line.contains(told)))
        .as(String.join("\n", lines))
        .isEqualTo(!own.equals("vector 128 bit"));
  }

  @Test
  void upgradesAreCheckedBeforehand() throws Exception {
    assertThat(run("upgrade", "--check", data.toString())).isZero();
    assertThat(out.toString())
        .containsPattern(ids.getLast() + " +2 +10 +2 +opens it as it is")
        .containsPattern("log +1 +1 +reads it as it is")
        .containsPattern("journal +1 +1 +reads it as it is")
        .contains(
            "this program writes files in version 2, state in 10, table in 2, records of log and"
                + " journal in 1");
    rewrite(ids.getLast(), "1-older", "9");
    assertThat(run("upgrade", "--check", directory.resolve("1-older").toString())).isZero();
    assertThat(out.toString()).containsPattern(ids.getLast() + " +2 +9 +2 +opens it, and writes");
    rewrite(ids.getLast(), "2-newer", "11");
    assertThat(run("upgrade", "--check", directory.resolve("2-newer").toString())).isEqualTo(2);
    assertThat(out.toString())
        .containsPattern(ids.getLast() + " +2 +11 +2 +refuses it")
        .contains("leaves out, as unknown: future/part");
    assertThat(run("upgrade", "--check", directory.resolve("none").toString())).isEqualTo(1);
    assertThat(err.toString()).contains("there is no snapshot");
  }

  @Test
  void upgradesAreCheckedOfLogAndJournal() throws Exception {
    for (String part : List.of("log", "journal")) {
      Path copy = directory.resolve("newer-" + part);
      rewrite(ids.getLast(), "newer-" + part, "10");
      assertThat(run("upgrade", "--check", copy.toString())).isZero();
      assertThat(out.toString()).containsPattern(part + " +0 +- +begins it");
      Files.createDirectories(copy.resolve(part));
      try (Stream<Path> files = Files.list(data.resolve(part))) {
        for (Path file : files.toList()) {
          Files.copy(file, copy.resolve(part).resolve(file.getFileName().toString()));
        }
      }
      RecordVersions.setLast(copy.resolve(part), 3);
      assertThat(run("upgrade", "--check", copy.toString())).as(part).isEqualTo(2);
      assertThat(out.toString()).containsPattern(part + " +1 +1 to 3 +does not read it: take");
      RecordVersions.setLast(copy.resolve(part), 0);
      assertThat(run("upgrade", "--check", copy.toString())).as(part).isZero();
      assertThat(out.toString()).containsPattern(part + " +1 +0 to 1 +reads it, and writes");
    }
  }

  /** As a program of another version would have written it. */
  private void rewrite(String id, String to, String version) throws IOException {
    Snapshot from = SnapshotStore.openReadOnly(data.resolve("snapshots")).open(id);
    Map<String, String> metadata = new HashMap<>(from.manifest().metadata());
    metadata.put("stateVersion", version);
    SnapshotStore store = SnapshotStore.open(directory.resolve(to).resolve("snapshots"));
    try (SnapshotDraft draft = store.create(id, null)) {
      for (String section : from.sections()) {
        try (var in = from.section(section);
            var copy = draft.section(section)) {
          in.transferTo(copy);
        }
      }
      try (var unknown = draft.section("future/part")) {
        unknown.writeInt(7);
      }
      draft.commit(metadata);
    }
  }

  @Test
  void aDamagedSnapshotIsNamed() throws Exception {
    Path file = data.resolve("snapshots").resolve(ids.get(1)).resolve("table_-0_-rows.delta.zst");
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
    assertThat(run("snapshot", "verify", "--data", data.toString())).isEqualTo(1);
    assertThat(out.toString())
        .contains(ids.get(0) + ": whole")
        .contains(ids.get(1) + ": DAMAGED: " + file + ", block 0")
        .contains(ids.get(2) + ": DAMAGED: " + file + ", block 0");
    assertThat(run("table", "top", "item_id", "--data", data.toString())).isZero();
    assertThat(err.toString()).contains(ids.get(2) + ": DAMAGED");
    String to = directory.resolve("new").toString();
    assertThat(run("snapshot", "restore", "--data", data.toString(), "--to", to)).isZero();
    assertThat(err.toString()).contains(ids.get(2) + ": DAMAGED");
    assertThat(out.toString()).contains("starts at snapshot " + ids.get(0).substring(0, 16) + "-0");
    assertThat(run("snapshot", "verify", "--data", to)).isZero();
  }

  @Test
  void anOlderSnapshotBecomesANewDirectory() throws Exception {
    Path to = directory.resolve("new");
    assertThat(run("snapshot", "restore", ids.get(1), "--data", data.toString(), "--to", to + ""))
        .isZero();
    long batches = Long.parseLong(ids.get(1).substring(0, 16));
    assertThat(out.toString()).contains("%016d-0".formatted(batches));
    assertThat(run("snapshot", "verify", "--data", to.toString())).isZero();
    assertThat(run("snapshot", "restore", ids.get(0), "--data", data.toString(), "--to", to + ""))
        .isEqualTo(1);
    assertThat(err.toString()).contains(to + " is not empty");
    try (Engine engine = open(with(to))) {
      assertThat(engine.status().progress().modelVersion()).isEqualTo(batches);
      assertThat(engine.live().catalog().size()).isEqualTo(40);
      visits(engine, 5);
      assertThat(engine.status().progress().modelVersion()).isGreaterThan(batches);
      assertThat(engine.snapshot().parent()).isEqualTo("%016d-0".formatted(batches));
    }
  }

  @Test
  void snapshotsOfTheStoreAreListedVerifiedAndFetched() throws Exception {
    String none = directory.resolve("c.yaml").toString();
    assertThat(run("snapshot", "list", "--config", none, "--store")).isEqualTo(2);
    assertThat(err.toString()).contains("snapshots.store.location");
    Path folder = directory.resolve("store");
    Path config = directory.resolve("s.yaml");
    Files.writeString(
        config,
        Files.readString(directory.resolve("c.yaml"))
            .replace("interval: 0s,", "interval: 0s, store: {location: %s},".formatted(folder)));
    assertThat(run("snapshot", "list", "--config", config + "", "--store")).isOne();
    assertThat(err.toString()).contains("no such folder");
    StoreLocation where = DolmenConfig.load(config, Map.of()).engine().snapshots().store();
    SnapshotStore local = SnapshotStore.openReadOnly(data.resolve("snapshots"));
    Files.createDirectories(folder);
    try (SnapshotArchive archive = new SnapshotArchive(where.open())) {
      archive.put(local.open(ids.get(1)), () -> false);
      archive.put(local.open(ids.get(2)), () -> false);
    }
    assertThat(run("snapshot", "list", "--config", config + "", "--store")).isZero();
    assertThat(out.toString()).contains(ids.get(1)).contains(ids.get(2)).doesNotContain(ids.get(0));
    assertThat(run("snapshot", "verify", "--config", config + "", "--store")).isZero();
    Path to = directory.resolve("fetched");
    assertThat(run("snapshot", "fetch", "--config", config + "", "-d", to + "", ids.get(1)))
        .isZero();
    assertThat(out.toString()).contains(to + ": holds snapshot " + ids.get(1));
    assertThat(run("snapshot", "verify", "-d", to + "")).isZero();
    assertThat(run("snapshot", "fetch", "--config", config + "", "-d", to + "")).isZero();
    assertThat(SnapshotStore.openReadOnly(to.resolve("snapshots")).ids()).isEqualTo(ids);

    Path newest = folder.resolve("snapshots").resolve(ids.get(2));
    Files.writeString(newest, Files.readString(newest).replace("piece", "peace"));
    assertThat(run("snapshot", "list", "--config", config + "", "--store")).isZero();
    assertThat(out.toString()).contains("DAMAGED");
    assertThat(run("snapshot", "verify", "--config", config + "", "--store")).isOne();
    assertThat(out.toString()).contains(ids.get(1) + ": whole").contains(ids.get(2) + ": DAMAGED");
    String other = directory.resolve("other").toString();
    assertThat(run("snapshot", "fetch", "--config", config + "", "-d", other)).isZero();
    assertThat(out.toString()).contains(ids.get(1));
    assertThat(err.toString()).contains(ids.get(2) + ": DAMAGED");
    assertThat(run("snapshot", "fetch", "--config", config + "", "-d", other, ids.get(2))).isOne();
    assertThat(run("snapshot", "fetch", "--config", config + "", "-d", other, "newest")).isOne();
    assertThat(err.toString()).contains("\"newest\", expected 16 digits");
  }

  private EngineOptions with(Path to) {
    return options.with(e -> e.dataDirectory(to));
  }

  @Test
  void rowsAreFoundByValueAndByFid() throws Exception {
    assertThat(run("table", "get", "item_id", "item-1", "--data", data.toString())).isZero();
    assertThat(out.toString()).contains("item-1").contains("weights ").contains("occurrences");
    String byFid = Long.toString(Fids.ofToken("brand-1"));
    assertThat(run("table", "get", "brand", "--fid", byFid, "--data", data.toString())).isZero();
    String expected = out.toString();
    assertThat(run("table", "get", "brand", "brand-1", "--data", data.toString())).isZero();
    assertThat(out.toString()).isEqualTo(expected);
    assertThat(run("table", "get", "path", "home/room1", "-d", data.toString())).isZero();
    assertThat(run("table", "get", "title", "fine chair", "-d", data.toString())).isZero();
    assertThat(out.toString().lines().filter(l -> l.startsWith("weights"))).hasSize(2);

    assertThat(run("table", "get", "brand", "nobody", "-d", data.toString())).isEqualTo(1);
    assertThat(err.toString()).contains("\"nobody\" has no row of its own in slot brand");
    assertThat(run("table", "get", "price", "12", "-d", data.toString())).isEqualTo(2);
    assertThat(err.toString()).contains("name the knot with --fid");
    assertThat(run("table", "get", "bran", "x", "-d", data.toString())).isEqualTo(2);
    assertThat(err.toString()).contains("no slot \"bran\"").contains("item_id, brand");
    assertThat(run("table", "get", "brand", "-d", data.toString())).isEqualTo(2);
  }

  @Test
  void theTopRowsComeInTheirOrder() throws Exception {
    for (String by : List.of("occurrences", "norm", "last-seen")) {
      assertThat(run("table", "top", "item_id", "-n", "5", "--by", by, "-d", data.toString()))
          .isZero();
      assertThat(out.toString().lines().skip(1)).hasSize(5).allMatch(l -> l.contains("item-"));
    }
    assertThat(run("table", "top", "item_id", "--by", "size", "-d", data + "")).isEqualTo(2);
    assertThat(err.toString()).contains("expected occurrences, norm or last-seen");
    assertThat(run("table", "top", "item_id", "-n", "0", "-d", data + "")).isEqualTo(2);
  }

  @Test
  void rowsAreExported() throws Exception {
    Path csv = directory.resolve("rows.csv.gz");
    assertThat(run("table", "export", "item_id", "--to", csv + "", "-d", data + "")).isZero();
    List<String> lines;
    try (GZIPInputStream in = new GZIPInputStream(Files.newInputStream(csv))) {
      lines = new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
    assertThat(lines).hasSize(41);
    assertThat(lines.getFirst()).startsWith("fid,value,occurrences,last_seen,w0,").endsWith(",w7");
    assertThat(lines).anyMatch(l -> l.startsWith(Fids.ofId("item-7") + ",item-7,"));

    Path jsonl = directory.resolve("rows.jsonl");
    assertThat(run("table", "export", "item_id", "--to", jsonl + "", "-d", data + "")).isZero();
    for (String line : Files.readAllLines(jsonl)) {
      JsonNode row = new ObjectMapper().readTree(line);
      assertThat(row.get("weights")).hasSize(8);
      assertThat(Fids.ofId(row.get("value").asText())).isEqualTo(row.get("fid").asLong());
    }

    Path npy = directory.resolve("rows.npy");
    assertThat(run("table", "export", "item_id", "--to", npy + "", "-d", data + "")).isZero();
    ByteBuffer weights = ByteBuffer.wrap(Files.readAllBytes(npy)).order(ByteOrder.LITTLE_ENDIAN);
    int header = 10 + weights.getShort(8);
    assertThat(header % 64).isZero();
    assertThat(weights.limit()).isEqualTo(header + 40 * 8 * 4);
    ByteBuffer fids =
        ByteBuffer.wrap(Files.readAllBytes(directory.resolve("rows.fids.npy")))
            .order(ByteOrder.LITTLE_ENDIAN);
    String first = lines.get(1);
    assertThat(fids.getLong(10 + fids.getShort(8)))
        .isEqualTo(Long.parseLong(first.split(",", -1)[0]));
    assertThat(weights.getFloat(header)).isEqualTo(Float.parseFloat(first.split(",", -1)[4]));

    assertThat(run("table", "export", "item_id", "--to", npy + "", "-d", data + "")).isEqualTo(1);
    assertThat(err.toString()).contains("exists: nothing is overwritten");
    assertThat(run("table", "export", "item_id", "--to", "x.txt", "-d", data + "")).isEqualTo(2);
  }

  private int run(String... args) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    CommandLine line = DolmenCommand.commandLine();
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    return line.execute(args);
  }
}
