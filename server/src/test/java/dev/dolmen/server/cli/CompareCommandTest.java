package dev.dolmen.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpServer;
import dev.dolmen.server.SnapshotServer;
import dev.dolmen.server.StandaloneServer;
import dev.dolmen.server.access.KeyFile;
import dev.dolmen.server.access.Role;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.server.tls.TestCertificates;
import dev.dolmen.trainer.Patience;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** A second server next to the first, such as one of an old snapshot: real servers and sockets. */
class CompareCommandTest {
  private static final Pattern ADDRESS =
      Pattern.compile("(http://[^ ]*:\\d+)/console/#key=(local_[\\w-]{43})");

  private static final JsonMapper MAPPER = new JsonMapper();
  private static final String VISIT =
      """
      {"session": {"events": [{"item_id": "new", "type": "EVENT_TYPE_CLICK"}],
      "items": [{"item_id": "new", "slots": {"category": {"token": "home"}}}]}, "k": 5\
      """;

  @TempDir Path directory;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final HttpClient client = HttpClient.newHttpClient();

  @Test
  void nowStandsNextToASnapshot() throws Exception {
    DolmenConfig config = config(directory.resolve("data"), "http: {port: 0}");
    try (StandaloneServer server = StandaloneServer.start(config)) {
      String url = "http://127.0.0.1:" + server.httpPort();
      put(url, "old");
      JsonNode taken = MAPPER.readTree(post(url + "/v1/snapshots", "", "{}").body());
      put(url, "new");
      try (SnapshotServer snapshot =
          SnapshotServer.start(config, taken.get("snapshot_id").asText(), InstantSource.system())) {
        String other = "http://127.0.0.1:" + snapshot.httpPort();
        Matcher place = running("console", "--url", url, "--compare", other + "/");
        assertThat(out.toString())
            .contains("The console of " + url + " next to " + other + ", until");
        String here = place.group(1);
        String key = place.group(2);
        HttpResponse<String> schema = get(here + "/compare/v1/schema", key);
        assertThat(schema.statusCode()).as(schema.body()).isEqualTo(200);
        assertThat(schema.headers().firstValue("dolmen-compare")).hasValue(other);
        assertThat(schema.headers().firstValue("dolmen-remote")).hasValue(url);
        assertThat(get(here + "/v1/items/new", key).statusCode()).isEqualTo(200);
        assertThat(get(here + "/compare/v1/items/new", key).statusCode()).isEqualTo(404);
        assertThat(get(here + "/compare/v1/items/old", key).body()).contains("old");
        // What the visit has seen is not there, and comes along.
        JsonNode answer =
            MAPPER.readTree(
                post(here + "/compare/v1/recommend", key, VISIT + ", \"no_impression\": true}")
                    .body());
        assertThat(answer.at("/items/0/item_id").asText()).isEqualTo("old");
        assertThat(answer.get("unknown_item_ids")).isEmpty();
        assertThat(answer.get("session_events_used").asInt()).isEqualTo(1);
        nothingElseIsAsked(here, key);
      }
      // It is gone, and the first goes on.
      Matcher place = ADDRESS.matcher(out.toString());
      assertThat(place.find()).isTrue();
      assertThat(get(place.group(1) + "/compare/v1/schema", place.group(2)).statusCode())
          .isEqualTo(502);
      assertThat(get(place.group(1) + "/v1/schema", place.group(2)).statusCode()).isEqualTo(200);
      Matcher alone = running("console", "--url", url);
      HttpResponse<String> none = get(alone.group(1) + "/compare/v1/schema", alone.group(2));
      assertThat(none.statusCode()).isEqualTo(404);
      assertThat(none.headers().firstValue("dolmen-compare")).isEmpty();
    }
  }

  private void nothingElseIsAsked(String here, String key) throws Exception {
    for (String body :
        List.of(
            VISIT + "}",
            VISIT + ", \"no_impression\": false}",
            VISIT + ", \"no_impression\": true, \"no_impression\": false}",
            "{\"no_impression\": ",
            "[]",
            "")) {
      HttpResponse<String> answer = post(here + "/compare/v1/recommend", key, body);
      assertThat(answer.statusCode()).as(body).isEqualTo(400);
    }
    for (String path :
        List.of(
            "/compare",
            "/compare/",
            "/compare/v1/status",
            "/compare/v1/items",
            "/compare/v1/items/a/similar",
            "/compare/openapi.json",
            "/compare/metrics",
            "/compare/v1/schema/",
            "/compare/v1/recommend")) {
      assertThat(get(here + path, key).statusCode()).as(path).isEqualTo(400);
    }
    for (String path :
        List.of("/compare/v1/events", "/compare/v1/items", "/compare/v1/snapshots")) {
      assertThat(post(here + path, key, "{}").statusCode()).as(path).isEqualTo(400);
    }
    for (String shown : List.of("", "x".repeat(40), key + "x")) {
      HttpResponse<String> answer = get(here + "/compare/v1/schema", shown);
      assertThat(answer.statusCode()).as(shown).isEqualTo(401);
      assertThat(answer.body()).contains("open the address");
    }
    HttpResponse<String> elsewhere =
        client.send(
            request(here + "/compare/v1/schema", key)
                .header("origin", "http://evil.example")
                .build(),
            BodyHandlers.ofString());
    assertThat(elsewhere.statusCode()).isEqualTo(403);
  }

  /** Neither sees the other's, and the browser sees none. */
  @Test
  void eachServerGetsItsOwnKey() throws Exception {
    Path data = directory.resolve("data");
    String first = key(data, "first");
    String second = "dolmen_0123456789abcdef_" + "s".repeat(43);
    List<String> seen = new CopyOnWriteArrayList<>();
    HttpServer other = standIn(seen, second);
    try (StandaloneServer server = StandaloneServer.start(config(data, "http: {port: 0}"))) {
      String url = "http://127.0.0.1:" + server.httpPort();
      String compared = "http://127.0.0.1:" + other.getAddress().getPort();
      String firstFile = file("first", first);
      refused(
          1,
          "--compare: "
              + compared
              + ": the server asks for a key: who are you\ndolmen: no key was sent",
          "--url",
          url,
          "--key-file",
          firstFile,
          "--compare",
          compared);
      refused(
          1,
          "the server asks for a key: who are you\ndolmen: the key of --compare-key-file was sent",
          "--url",
          url,
          "--key-file",
          firstFile,
          "--compare",
          compared,
          "--compare-key-file",
          firstFile);
      seen.clear();
      String secondFile = file("second", second);
      assertThat(withoutKeys("--url", url, "--compare", compared, "--compare-key-file", secondFile))
          .contains(url + ": to compare, this command needs its key");
      Matcher place =
          running(
              "console",
              "--url",
              url,
              "--key-file",
              firstFile,
              "--compare",
              compared,
              "--compare-key-file",
              secondFile);
      assertThat(get(place.group(1) + "/compare/v1/schema", place.group(2)).statusCode())
          .isEqualTo(200);
      assertThat(get(place.group(1) + "/v1/schema", place.group(2)).statusCode()).isEqualTo(200);
      for (String shown : List.of(first, second)) {
        assertThat(get(place.group(1) + "/compare/v1/schema", shown).statusCode()).isEqualTo(401);
      }
      assertThat(out.toString()).doesNotContain(first).doesNotContain(second);
      assertThat(seen).hasSize(3).containsOnly("Bearer " + second);
    } finally {
      other.stop(0);
    }
  }

  /** What answers a first call as Dolmen does, if it is shown a key. */
  private static HttpServer standIn(List<String> seen, String key) throws Exception {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          String shown = String.valueOf(exchange.getRequestHeaders().getFirst("authorization"));
          seen.add(shown);
          boolean known = shown.equals("Bearer " + key);
          byte[] body =
              (known ? "{\"caller_roles\": [\"read\"]}" : "{\"message\": \"who are you\"}")
                  .getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().set("content-type", "application/json");
          exchange.sendResponseHeaders(known ? 200 : 401, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    return server;
  }

  @Test
  void aSecondServerThatIsNotThereOrNotTrustedIsNamed() throws Exception {
    TestCertificates certificates = new TestCertificates(directory);
    certificates.make("server", "-ext", "san=dns:localhost,ip:127.0.0.1");
    String tls =
        """
        http: {port: 0}
          tls:
            certificate_file: %s
            private_key_file: %s\
        """
            .formatted(certificates.pem("server"), certificates.key("server"));
    Path data = directory.resolve("data");
    try (StandaloneServer server = StandaloneServer.start(config(data, "http: {port: 0}"));
        StandaloneServer secured = StandaloneServer.start(config(directory.resolve("tls"), tls))) {
      String url = "http://127.0.0.1:" + server.httpPort();
      int unused = 1;
      refused(
          1, "nobody answers there (connection refused)", both(url, "http://127.0.0.1:" + unused));
      refused(
          1, "/other answered with status 404 and no JSON of Dolmen's", both(url, url + "/other"));
      refused(
          1,
          "the server speaks no TLS: say http in --compare",
          both(url, "https://127.0.0.1:" + server.httpPort()));
      String at = "localhost:" + secured.httpPort();
      refused(
          1, "certificate is not trusted by the system's authorities", both(url, "https://" + at));
      refused(1, "say https in --compare if it does", both(url, "http://" + at));
      refused(2, "--compare: ftp://x, expected an address such as https://", both(url, "ftp://x"));
      refused(
          2,
          "--compare-key-file: k, expected --compare as well",
          "--url",
          url,
          "--compare-key-file",
          "k");
      String[] plain = both(url, "http://10.0.0.1:7080");
      List<String> args = new ArrayList<>(Arrays.asList(plain));
      args.addAll(
          List.of("--compare-key-file", file("k", "dolmen_0123456789abcdef_" + "x".repeat(43))));
      refused(2, "in plain text: say https, or --insecure", args.toArray(String[]::new));
      Matcher place =
          running(
              "console",
              "--url",
              "https://" + at,
              "--compare",
              "https://" + at,
              "--ca",
              certificates.pem("server"));
      assertThat(get(place.group(1) + "/compare/v1/schema", place.group(2)).statusCode())
          .isEqualTo(200);
    }
  }

  private static String[] both(String url, String other) {
    return new String[] {"--url", url, "--compare", other};
  }

  private void put(String url, String id) throws Exception {
    String items =
        """
        {"items": [{"item_id": "%s", "slots": {"category": {"token": "home"}}}]}\
        """
            .formatted(id);
    assertThat(post(url + "/v1/items", "", items).statusCode()).isEqualTo(200);
  }

  private Matcher running(String... args) throws InterruptedException {
    out.getBuffer().setLength(0);
    Thread.ofPlatform().daemon().start(() -> line().execute(args));
    long end = System.nanoTime() + Patience.FAR.toNanos();
    while (!out.toString().contains("keep it to yourself")) {
      assertThat(System.nanoTime()).as(err::toString).isLessThan(end);
      Thread.sleep(50);
    }
    Matcher address = ADDRESS.matcher(out.toString());
    assertThat(address.find()).isTrue();
    return address;
  }

  private void refused(int code, String message, String... args) {
    err.getBuffer().setLength(0);
    List<String> line = new ArrayList<>(List.of("console"));
    line.addAll(Arrays.asList(args));
    assertThat(line().execute(line.toArray(String[]::new))).as(err::toString).isEqualTo(code);
    assertThat(err.toString()).contains(message).doesNotContain("\tat ");
  }

  /** What the command says before it ends with 1, as a process to which no key was left. */
  private String withoutKeys(String... args) throws Exception {
    List<String> command = new ArrayList<>(ServeProcess.java());
    command.add("console");
    command.addAll(Arrays.asList(args));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().keySet().removeAll(Set.of("DOLMEN_KEY", "DOLMEN_KEY_FILE"));
    builder.environment().put("XDG_CONFIG_HOME", directory.toString());
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isEqualTo(1);
    return said;
  }

  private CommandLine line() {
    CommandLine line = DolmenCommand.commandLine();
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    return line;
  }

  private static HttpRequest.Builder request(String url, String key) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(30));
    return key.isEmpty() ? request : request.header("authorization", "Bearer " + key);
  }

  private HttpResponse<String> get(String url, String key) throws Exception {
    return client.send(request(url, key).build(), BodyHandlers.ofString());
  }

  private HttpResponse<String> post(String url, String key, String json) throws Exception {
    return client.send(
        request(url, key)
            .header("content-type", "application/json")
            .POST(BodyPublishers.ofString(json))
            .build(),
        BodyHandlers.ofString());
  }

  private String file(String name, String key) throws Exception {
    return Files.writeString(directory.resolve(name), key + "\n").toString();
  }

  private static String key(Path data, String name) throws Exception {
    return new KeyFile("keys", data.resolve("keys"))
        .create(name, Set.of(Role.READ), Instant.EPOCH, null, new SecureRandom())
        .text();
  }

  private static DolmenConfig config(Path data, String server) throws Exception {
    return DolmenConfig.parse(
        "test",
        """
        data_directory: %s
        server:
          port: 0
          metrics: false
          warm_up: 0s
          %s
        schema: {slots: [{name: item_id, kind: id}, {name: category, kind: category}]}
        """
            .formatted(data, server),
        Map.of());
  }
}
