package dev.dolmen.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpServer;
import dev.dolmen.server.StandaloneServer;
import dev.dolmen.server.access.KeyFile;
import dev.dolmen.server.access.Role;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.server.tls.TestCertificates;
import dev.dolmen.trainer.Patience;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The console on this machine for a server elsewhere: two processes, real sockets. */
class ConsoleCommandTest {
  private static final Pattern ADDRESS =
      Pattern.compile("http://([^ ]*:\\d+)/console/#key=(local_[\\w-]{43})");

  private static final JsonMapper MAPPER = new JsonMapper();

  @TempDir Path directory;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final HttpClient client = HttpClient.newHttpClient();

  /** Where a console is, and what its pages show. */
  private record Place(String host, String key) {
    static Place of(String line) {
      Matcher address = ADDRESS.matcher(line);
      assertThat(address.find()).as(line).isTrue();
      return new Place(address.group(1), address.group(2));
    }
  }

  @Test
  void aProcessServesThePagesOfAnotherThatHasNone() throws Exception {
    Path data = directory.resolve("data");
    String key = key(data, "operator", EnumSet.allOf(Role.class));
    List<String> said = new ArrayList<>();
    StandaloneServer server = start(yaml(data, "http: {port: 0, console: false}"));
    try {
      String url = "http://127.0.0.1:" + server.httpPort();
      assertThat(get(url + "/console/").statusCode()).isEqualTo(404);
      Process console = process(key, "console", "--url", url);
      try (BufferedReader log = console.inputReader()) {
        Place place = Place.of(ServeProcess.readUntil(log, said, "#key="));
        pages(place);
        calls(place, url, key);
        strangers(place, key);
        server.close();
        assertThat(failure(send(api(place, "/v1/schema")), 502))
            .startsWith(url + ": nobody answers there (connection refused)");
        assertThat(get("http://" + place.host + "/console/app.js").statusCode()).isEqualTo(200);
      } finally {
        console.destroy();
        assertThat(console.waitFor(30, TimeUnit.SECONDS)).isTrue();
      }
    } finally {
      server.close();
    }
    assertThat(String.join("\n", said)).doesNotContain(key);
  }

  private void pages(Place place) throws Exception {
    for (String path : List.of("/", "/console/", "/docs/", "/console/app.js")) {
      HttpResponse<String> page = get("http://" + place.host + path);
      assertThat(page.statusCode()).as(path).isEqualTo(path.equals("/") ? 307 : 200);
      assertThat(page.headers().firstValue("content-security-policy").orElseThrow())
          .contains("default-src 'none'", "connect-src 'self'");
    }
  }

  private void calls(Place place, String url, String key) throws Exception {
    HttpResponse<String> schema = send(api(place, "/v1/schema"));
    assertThat(schema.statusCode()).as(schema.body()).isEqualTo(200);
    assertThat(schema.headers().firstValue("dolmen-remote")).hasValue(url);
    assertThat(MAPPER.readTree(schema.body()).get("caller_roles")).hasSize(4);
    String items = "{\"items\": [{\"item_id\": \"kettle 1\"}]}";
    HttpResponse<String> put =
        send(
            api(place, "/v1/items")
                .header("origin", "http://" + place.host)
                .header("content-type", "application/json")
                .POST(BodyPublishers.ofString(items)));
    assertThat(put.statusCode()).as(put.body()).isEqualTo(200);
    HttpRequest.Builder direct =
        HttpRequest.newBuilder(URI.create(url + "/v1/items/kettle%201"))
            .header("authorization", "Bearer " + key);
    assertThat(send(direct).body()).contains("kettle 1");
    assertThat(send(api(place, "/v1/items/kettle%201")).body()).isEqualTo(send(direct).body());
    assertThat(send(api(place, "/v1/items?page_size=1")).body()).contains("kettle 1");
    assertThat(failure(send(api(place, "/v1/items?page_size=99999")), 400)).contains("page_size");
    HttpResponse<String> zipped =
        send(api(place, "/openapi.json").header("accept-encoding", "gzip"));
    assertThat(zipped.headers().firstValue("content-encoding")).hasValue("gzip");
  }

  /** What others on this machine, and pages of elsewhere, can send. */
  private void strangers(Place place, String key) throws Exception {
    String schema = "http://" + place.host + "/v1/schema";
    assertThat(failure(get(schema), 401)).contains("open the address that dolmen console has");
    for (String shown : List.of(key, "local_", "local_" + "x".repeat(43), place.key + "x", "")) {
      assertThat(failure(send(bearer(schema, shown)), 401)).as(shown).contains("open the address");
    }
    String shown = "authorization: Bearer " + place.key + "\r\n";
    String own = "host: " + place.host + "\r\n";
    String request = "GET /v1/schema HTTP/1.1\r\nconnection: close\r\n" + shown;
    assertThat(raw(place, request + own + "\r\n")).startsWith("HTTP/1.1 200 ");
    assertThat(raw(place, request + "host: evil.example\r\n\r\n"))
        .startsWith("HTTP/1.1 403 ")
        .contains("host: evil.example, expected localhost");
    assertThat(raw(place, request + own + shown + "\r\n")).startsWith("HTTP/1.1 401 ");
    for (String origin : List.of("http://evil.example", "null", "http://127.0.0.1:1")) {
      assertThat(raw(place, request + own + "origin: " + origin + "\r\n\r\n"))
          .as(origin)
          .startsWith("HTTP/1.1 403 ")
          .doesNotContain("access-control");
    }
    assertThat(raw(place, request + own + "sec-fetch-site: cross-site\r\n\r\n"))
        .startsWith("HTTP/1.1 403 ");
    String preflight = "OPTIONS /v1/items HTTP/1.1\r\nconnection: close\r\n" + own;
    assertThat(raw(place, preflight + "access-control-request-method: POST\r\n\r\n"))
        .startsWith("HTTP/1.1 405 ")
        .doesNotContain("access-control");
    for (String path :
        List.of("/metrics", "/v1/../metrics", "/v1/%2e%2e/metrics", "//v1/schema", "/v2/x")) {
      assertThat(raw(place, request.replace("/v1/schema", path) + own + "\r\n"))
          .as(path)
          .matches("(?s)HTTP/1.1 40[04] .*");
    }
    String big = "POST /v1/items HTTP/1.1\r\ncontent-length: 17000000\r\n" + own + shown;
    assertThat(raw(place, big + "content-type: application/json\r\n\r\n"))
        .startsWith("HTTP/1.1 413 ")
        .contains("the body is larger than 16777216 bytes");
  }

  @Test
  void withoutAKeyHereThePageBringsOne() throws Exception {
    Path data = directory.resolve("data");
    String key = key(data, "shop", EnumSet.of(Role.READ));
    try (StandaloneServer server = start(yaml(data, "http: {port: 0}"))) {
      String url = "http://127.0.0.1:" + server.httpPort();
      Process console = process("", "console", "--url", url + "/");
      try (BufferedReader log = console.inputReader()) {
        List<String> said = new ArrayList<>();
        Place place = Place.of(ServeProcess.readUntil(log, said, "#key="));
        ServeProcess.readUntil(log, said, "The page asks for a key.");
        assertThat(String.join("\n", said)).contains("name one with --key-file FILE");
        assertThat(failure(send(api(place, "/v1/schema")), 401)).startsWith("the call has no key");
        String schema = "http://" + place.host + "/v1/schema";
        assertThat(send(bearer(schema, key)).statusCode()).isEqualTo(200);
        assertThat(failure(send(bearer(schema, key + "x")), 401)).contains("key");
        assertThat(failure(get(schema), 401)).contains("open the address");
      } finally {
        console.destroy();
        assertThat(console.waitFor(30, TimeUnit.SECONDS)).isTrue();
      }
    }
  }

  @Test
  void aServerThatIsNotThereOrNotTrustedIsNamed() throws Exception {
    TestCertificates certificates = new TestCertificates(directory);
    certificates.make("server", "-ext", "san=dns:localhost,ip:127.0.0.1");
    certificates.make("elsewhere", "-ext", "san=dns:shop.internal");
    certificates.make("client");
    String own =
        """
        http: {port: 0}
          tls:
            certificate_file: %s
            private_key_file: %s
            client_authorities_file: %s\
        """
            .formatted(
                certificates.pem("server"), certificates.key("server"), certificates.pem("client"));
    int unused = unusedPort();
    refused(1, "http://127.0.0.1:" + unused, "nobody answers there (connection refused)");
    refused(1, "http://nowhere.invalid:7080", "there is no host of that name");
    String ca = certificates.pem("server");
    List<String> shown =
        List.of("--certificate", certificates.pem("client"), "--key", certificates.key("client"));
    try (StandaloneServer server = start(yaml(directory.resolve("tls"), own))) {
      String at = "localhost:" + server.httpPort();
      refused(1, "https://" + at, "certificate is not trusted by the system's authorities");
      refused(
          1,
          "https://" + at,
          "certificate is not trusted by " + certificates.pem("client"),
          "--ca",
          certificates.pem("client"));
      refused(1, "http://" + at, "the server closed the connection, as one does that speaks TLS");
      refused(1, "https://" + at, "asks for a client's certificate", "--ca", ca);
      List<String> args = new ArrayList<>(List.of("console", "--url", "https://" + at, "--ca", ca));
      args.addAll(shown);
      Place place = running(args);
      assertThat(send(api(place, "/v1/schema")).statusCode()).isEqualTo(200);
    }
    String other =
        own.replace(certificates.pem("server"), certificates.pem("elsewhere"))
            .replace(certificates.key("server"), certificates.key("elsewhere"));
    try (StandaloneServer server = start(yaml(directory.resolve("other"), other))) {
      refused(
          1,
          "https://localhost:" + server.httpPort(),
          "certificate is for another name",
          "--ca",
          certificates.pem("elsewhere"));
    }
  }

  @Test
  void whatIsNoDolmenAndAKeyThatIsRefusedAreNamed() throws Exception {
    Path data = directory.resolve("data");
    String publisher = key(data, "shop", EnumSet.of(Role.PUBLISH));
    String unknown = "dolmen_0123456789abcdef_" + "x".repeat(43);
    try (StandaloneServer server = start(yaml(data, "http: {port: 0}"))) {
      String url = "http://127.0.0.1:" + server.httpPort();
      refused(1, url, "needs the role read; shop has publish", "--key-file", file(publisher));
      refused(
          1,
          url,
          "the server asks for a key: the server does not know",
          "--key-file",
          file(unknown));
      refused(1, "https://127.0.0.1:" + server.httpPort(), "the server speaks no TLS: say http");
      refused(1, url + "/other", "/other answered with status 404 and no JSON of Dolmen's");
    }
    HttpServer pages =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    pages.createContext(
        "/",
        exchange -> {
          boolean moved = exchange.getRequestURI().getPath().startsWith("/moved");
          exchange.getResponseHeaders().set(moved ? "location" : "content-type", "text/html");
          byte[] body = "<script>alert(1)</script>".getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(moved ? 302 : 200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    pages.start();
    try {
      String url = "http://127.0.0.1:" + pages.getAddress().getPort();
      refused(1, url, url + " answered with status 200 and no JSON");
      refused(1, url + "/moved", "status 302 and no JSON of Dolmen's, which leads elsewhere");
    } finally {
      pages.stop(0);
    }
  }

  @Test
  void optionsThatLeadNowhereAreRefused() throws Exception {
    for (String url :
        List.of(
            "shop", "ftp://shop", "http://u:p@shop", "http://shop/?x", "http:///x", "http://a b")) {
      refused(2, url, "--url: " + url + ", expected an address such as https://");
    }
    refused(2, "http://127.0.0.1:1", "--url: http://127.0.0.1:1, expected https", "--ca", "x.pem");
    for (String listen : List.of("0.0.0.0:0", "[::]:0", "shop.internal:80")) {
      refused(
          2,
          "http://127.0.0.1:1",
          "an address of this machine alone, or --expose",
          "--listen",
          listen);
    }
    for (String listen : List.of("localhost", "localhost:99999", "localhost:x", "::1:80")) {
      refused(
          2,
          "http://127.0.0.1:1",
          "--listen: " + listen + ", expected HOST:PORT",
          "--listen",
          listen);
    }
    refused(
        2,
        "http://10.0.0.1:7080",
        "in plain text: say https, or --insecure",
        "--key-file",
        file("dolmen_0123456789abcdef_" + "x".repeat(43)));
  }

  @Test
  void aPortThatIsInUseIsNamed() throws Exception {
    try (StandaloneServer server = start(yaml(directory.resolve("data"), "http: {port: 0}"));
        ServerSocket taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      String listen = "127.0.0.1:" + taken.getLocalPort();
      refused(
          1,
          "http://127.0.0.1:" + server.httpPort(),
          "--listen: " + listen + " cannot be listened on: ",
          "--listen",
          listen);
    }
  }

  /** Told to, it lets other machines in, by any name of this one, and by the key of its address. */
  @Test
  void itIsExposedWhenToldTo() throws Exception {
    try (StandaloneServer server = start(yaml(directory.resolve("data"), "http: {port: 0}"))) {
      String url = "http://127.0.0.1:" + server.httpPort();
      Place place = running(List.of("console", "--url", url, "--listen", "0.0.0.0:0", "--expose"));
      Place other = new Place(place.host.replace("localhost", "127.0.0.2"), place.key);
      assertThat(send(api(other, "/v1/schema")).statusCode()).isEqualTo(200);
      String request = "GET /v1/schema HTTP/1.1\r\nhost: box.example\r\nconnection: close\r\n";
      assertThat(raw(other, request + "authorization: Bearer " + place.key + "\r\n\r\n"))
          .startsWith("HTTP/1.1 200 ");
      assertThat(raw(other, request + "\r\n")).startsWith("HTTP/1.1 401 ");
    }
  }

  /** Runs the command in this process until the test ends. */
  private Place running(List<String> args) throws InterruptedException {
    out.getBuffer().setLength(0);
    Thread.ofPlatform().daemon().start(() -> line().execute(args.toArray(String[]::new)));
    long end = System.nanoTime() + Patience.FAR.toNanos();
    while (!out.toString().contains("keep it to yourself")) {
      assertThat(System.nanoTime()).as(err::toString).isLessThan(end);
      Thread.sleep(50);
    }
    return Place.of(out.toString());
  }

  private void refused(int code, String url, String message, String... more) {
    err.getBuffer().setLength(0);
    List<String> args = new ArrayList<>(List.of("console", "--url", url));
    args.addAll(Arrays.asList(more));
    assertThat(line().execute(args.toArray(String[]::new))).as(err::toString).isEqualTo(code);
    assertThat(err.toString()).contains(message).doesNotContain("\tat ");
  }

  private CommandLine line() {
    CommandLine line = DolmenCommand.commandLine();
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    return line;
  }

  private Process process(String key, String... args) throws IOException {
    List<String> command = new ArrayList<>(ServeProcess.java());
    command.addAll(Arrays.asList(args));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().keySet().removeAll(Set.of("DOLMEN_KEY", "DOLMEN_KEY_FILE"));
    builder.environment().put("XDG_CONFIG_HOME", directory.toString());
    if (!key.isEmpty()) {
      builder.environment().put("DOLMEN_KEY", key);
    }
    return builder.start();
  }

  private static HttpRequest.Builder bearer(String url, String key) {
    return HttpRequest.newBuilder(URI.create(url)).header("authorization", "Bearer " + key);
  }

  private static HttpRequest.Builder api(Place place, String path) {
    return bearer("http://" + place.host + path, place.key);
  }

  private HttpResponse<String> get(String url) throws Exception {
    return send(HttpRequest.newBuilder(URI.create(url)));
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return client.send(request.timeout(Duration.ofSeconds(30)).build(), BodyHandlers.ofString());
  }

  private static String failure(HttpResponse<String> response, int status) throws Exception {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    JsonNode json = MAPPER.readTree(response.body());
    return json.get("message").asText();
  }

  private static String raw(Place place, String request) throws IOException {
    int colon = place.host.indexOf(':');
    try (Socket socket =
        new Socket(
            place.host.substring(0, colon), Integer.parseInt(place.host.substring(colon + 1)))) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      socket.getOutputStream().flush();
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }

  private static int unusedPort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private String file(String key) throws IOException {
    return Files.writeString(directory.resolve("key"), key + "\n").toString();
  }

  private static String key(Path data, String name, Set<Role> roles) throws Exception {
    return new KeyFile("keys", data.resolve("keys"))
        .create(name, roles, Instant.EPOCH, null, new SecureRandom())
        .text();
  }

  private static StandaloneServer start(String yaml) throws Exception {
    return StandaloneServer.start(DolmenConfig.parse("test", yaml, Map.of()));
  }

  private static String yaml(Path data, String server) {
    return """
    data_directory: %s
    server:
      port: 0
      metrics: false
      warm_up: 0s
      %s
    schema: {slots: [{name: item_id, kind: id}]}
    """
        .formatted(data, server);
  }
}
