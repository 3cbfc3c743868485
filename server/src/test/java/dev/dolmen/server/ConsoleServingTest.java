package dev.dolmen.server;

import static dev.dolmen.server.HttpClientCalls.failure;
import static dev.dolmen.server.HttpClientCalls.good;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dolmen.server.access.KeyFile;
import dev.dolmen.server.access.Role;
import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/** The console's pages over a real socket, and what they ask the server for. */
@TestInstance(Lifecycle.PER_CLASS)
class ConsoleServingTest {
  private TestServer server;
  private HttpClientCalls http;

  @BeforeAll
  void start(@TempDir Path directory) throws StartException {
    server = new TestServer(directory.resolve("data"));
    http = new HttpClientCalls(server.running().httpPort());
  }

  @AfterAll
  void stop() {
    http.close();
    server.close();
  }

  @Test
  void theRootLeadsToThePages() throws Exception {
    for (String path : List.of("/", "/console", "/?x=1")) {
      HttpResponse<String> moved = http.get(path);
      assertThat(moved.statusCode()).as(path).isEqualTo(307);
      assertThat(moved.headers().firstValue("location")).hasValue("/console/");
    }
    HttpResponse<String> page = http.get("/console/");
    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.headers().firstValue("content-type")).hasValue("text/html; charset=utf-8");
    assertThat(page.body()).startsWith("<!doctype html>").isEqualTo(html("/console/index.html"));
  }

  /** The page that describes the API has a place of its own, and what it reads is there. */
  @Test
  void theDescriptionOfTheApiIsAPage() throws Exception {
    HttpResponse<String> moved = http.get("/docs");
    assertThat(moved.statusCode()).isEqualTo(307);
    assertThat(moved.headers().firstValue("location")).hasValue("/docs/");
    HttpResponse<String> page = http.get("/docs/");
    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.headers().firstValue("content-type")).hasValue("text/html; charset=utf-8");
    assertThat(page.body()).isEqualTo(html("/console/docs.html")).contains("/openapi.json");
    Matcher linked = Pattern.compile(" (?:href|src)=\"(/[^\"]*)\"").matcher(page.body());
    int links = 0;
    while (linked.find()) {
      assertThat(http.get(linked.group(1)).statusCode()).as(linked.group(1)).isEqualTo(200);
      links++;
    }
    assertThat(links).isGreaterThan(5);
    JsonNode document = good(http.get("/openapi.json"));
    assertThat(document.get("tags")).isNotEmpty();
    document
        .get("paths")
        .forEach(path ->
            path.forEach(operation -> {
              // What the page shows of each.
              assertThat(operation.get("operationId").asText()).isNotEmpty();
              assertThat(operation.get("summary").asText()).isNotEmpty();
              assertThat(operation.get("tags")).hasSize(1);
              assertThat(operation.at("/responses/200/content")).hasSize(1);
            }));
  }

  private String html(String path) throws Exception {
    return http.get(path).body();
  }

  @Test
  void aBrowserIsToldToRunNothingOfElsewhere() throws Exception {
    for (String path :
        List.of("/console/", "/docs/", "/docs", "/console/app.js", "/console/icon.svg", "/")) {
      HttpResponse<String> file = http.get(path);
      assertThat(file.headers().firstValue("content-security-policy").orElseThrow())
          .as(path)
          .contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'")
          .doesNotContain("unsafe", "http:", "https:", "data:", "*");
      assertThat(file.headers().firstValue("x-content-type-options")).hasValue("nosniff");
      assertThat(file.headers().firstValue("referrer-policy")).hasValue("no-referrer");
      assertThat(file.headers().firstValue("cross-origin-resource-policy")).hasValue("same-origin");
    }
  }

  @Test
  void aFileThatABrowserHasIsNotSentAgain() throws Exception {
    HttpResponse<String> file = http.get("/console/style.css");
    String tag = file.headers().firstValue("etag").orElseThrow();
    assertThat(file.headers().firstValue("cache-control")).hasValue("no-cache");
    for (String known : List.of(tag, "\"other\", " + tag, tag.substring(2), "*")) {
      HttpResponse<String> same =
          http.send(http.request("/console/style.css").header("if-none-match", known));
      assertThat(same.statusCode()).as(known).isEqualTo(304);
      assertThat(same.body()).isEmpty();
      assertThat(same.headers().firstValue("etag")).hasValue(tag);
    }
    HttpResponse<String> changed =
        http.send(http.request("/console/style.css").header("if-none-match", "W/\"other\""));
    assertThat(changed.statusCode()).isEqualTo(200);
  }

  @Test
  void aFileIsCompressedForWhoTakesIt() throws Exception {
    HttpResponse<byte[]> small =
        http.sendForBytes(http.request("/console/app.js").header("accept-encoding", "gzip"));
    assertThat(small.headers().firstValue("content-encoding")).hasValue("gzip");
    byte[] whole = new GZIPInputStream(new ByteArrayInputStream(small.body())).readAllBytes();
    HttpResponse<byte[]> plain = http.sendForBytes(http.request("/console/app.js"));
    assertThat(plain.headers().firstValue("content-encoding")).isEmpty();
    assertThat(whole).isEqualTo(plain.body());
    assertThat(small.body().length).isLessThan(plain.body().length / 2);
  }

  @Test
  void noPathLeadsElsewhere() throws Exception {
    for (String path :
        List.of(
            "/console/none.js",
            "/console/pages",
            "/console/pages/",
            "/console/files.txt",
            "/console/ConsoleFiles.class",
            "/console/App.js",
            "/console/app%2Ejs",
            "/console/app.js/",
            "/docs/docs.html",
            "/docs/docs.js",
            "/docs/index.html",
            "/docs/none",
            "/Docs/",
            "/docs%2F",
            "/docs/console/app.js")) {
      assertThat(failure(http.get(path), 404)).as(path).isNotNull();
    }
    for (String path :
        List.of(
            "/console/../console/app.js",
            "/console/%2e%2e/app.js",
            "/console//app.js",
            "/console/..%2f..%2fapp.js",
            "/console/%2e%2e%2fdolmen-sample.yaml",
            "/console\\app.js",
            "/console/app.js%00",
            "//console/app.js",
            "/docs/../console/app.js",
            "/docs/..",
            "/docs//",
            "//docs/",
            "/docs/%2e%2e/openapi.json",
            "/docs\\",
            "/docs/%00")) {
      assertThat(
              http.raw("GET " + path + " HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"))
          .as(path)
          .matches("(?s)HTTP/1.1 40[04] .*")
          .doesNotContain("etag");
    }
  }

  @Test
  void otherMethodsAreNamed() throws Exception {
    for (String verb : List.of("POST", "PUT", "DELETE", "PATCH")) {
      for (String path : List.of("/console/", "/docs/", "/docs")) {
        HttpResponse<String> refused =
            http.send(http.request(path).method(verb, BodyPublishers.noBody()));
        assertThat(failure(refused, 405).get("message").asText())
            .isEqualTo(verb + " " + path + ": expected GET or HEAD");
        assertThat(refused.headers().firstValue("allow")).hasValue("GET, HEAD");
      }
    }
    HttpResponse<String> head =
        http.send(http.request("/console/app.js").method("HEAD", BodyPublishers.noBody()));
    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.body()).isEmpty();
    assertThat(Integer.parseInt(head.headers().firstValue("content-length").orElseThrow()))
        .isEqualTo(http.sendForBytes(http.request("/console/app.js")).body().length);
  }

  @Test
  void aConnectionIsUsedAgainForTheNextFile() throws Exception {
    String two = http.raw(get("/console/app.js", "keep-alive") + get("/console/api.js", "close"));
    assertThat(two.split("HTTP/1.1 200 OK", -1)).hasSize(3);
  }

  private static String get(String path, String connection) {
    return "GET " + path + " HTTP/1.1\r\nhost: localhost\r\nconnection: " + connection + "\r\n\r\n";
  }

  /** The page's own scripts call with its origin; so may nobody else's. */
  @Test
  void theConsoleMayChangeWhatAPageOfElsewhereMayNot() throws Exception {
    String host = "127.0.0.1:" + server.running().httpPort();
    String body = "{\"items\": []}";
    for (String origin :
        List.of("http://evil.example", "http://127.0.0.1:1", "http://localhost", "null")) {
      assertThat(http.raw(post(host, origin, "application/json", body)))
          .as(origin)
          .startsWith("HTTP/1.1 403 ");
    }
    String own = "http://" + host;
    assertThat(http.raw(post(host, own, "text/plain", body))).startsWith("HTTP/1.1 415 ");
    assertThat(http.raw(post(host, own, "application/json", body)))
        .startsWith("HTTP/1.1 400 ")
        .contains("items")
        .doesNotContain("access-control");
    String picture = "GET /v1/items HTTP/1.1\r\nconnection: close\r\nhost: " + host + "\r\n";
    assertThat(http.raw(picture + "sec-fetch-site: cross-site\r\nsec-fetch-mode: no-cors\r\n\r\n"))
        .startsWith("HTTP/1.1 403 ")
        .contains("sec-fetch-site: cross-site, expected");
    assertThat(http.raw(picture + "sec-fetch-site: cross-site\r\nsec-fetch-mode: navigate\r\n\r\n"))
        .startsWith("HTTP/1.1 200 ");
    assertThat(http.raw(picture + "sec-fetch-site: same-origin\r\n\r\n"))
        .startsWith("HTTP/1.1 200 ");
  }

  private static String post(String host, String origin, String type, String body) {
    return "POST /v1/items HTTP/1.1\r\nconnection: close\r\nhost: "
        + host
        + "\r\norigin: "
        + origin
        + "\r\ncontent-type: "
        + type
        + "\r\ncontent-length: "
        + body.length()
        + "\r\n\r\n"
        + body;
  }

  @Test
  void theSchemaIsToldWithWhatTheCallerMay() throws Exception {
    JsonNode schema = good(http.get("/v1/schema"));
    assertThat(schema.get("slots").findValuesAsText("name"))
        .containsExactlyElementsOf(
            dev.dolmen.parameterstore.schema.Schemas.shop().slots().stream()
                .map(slot -> slot.name())
                .toList());
    assertThat(schema.get("caller_roles").toString())
        .isEqualTo("[\"read\",\"publish\",\"catalog\",\"admin\"]");
  }

  @Test
  void callsAreCountedByMethod() throws Exception {
    good(http.get("/v1/items"));
    failure(http.get("/v1/items?page_size=5000"), 400);
    JsonNode calls = good(http.get("/v1/status")).get("calls");
    List<String> methods = calls.findValuesAsText("method");
    assertThat(methods).contains("ListItems").doesNotHaveDuplicates();
    JsonNode list = calls.get(methods.indexOf("ListItems"));
    assertThat(list.get("calls").asLong()).isGreaterThanOrEqualTo(2);
    assertThat(list.get("failed").asLong()).isPositive().isLessThan(list.get("calls").asLong());
    assertThat(list.get("total_ms").asDouble()).isPositive();
  }

  @Test
  void thePagesAskForNoKeyButTheSchemaDoes(@TempDir Path directory) throws Exception {
    Path data = directory.resolve("data");
    KeyFile keys = new KeyFile("keys", data.resolve("keys"));
    var config = TestServer.config(data);
    Set<Role> roles = Set.of(Role.READ, Role.PUBLISH);
    String key = keys.create("shop", roles, TestServer.NOW, null, new SecureRandom()).text();
    try (TestServer other = new TestServer(config);
        HttpClientCalls calls = new HttpClientCalls(other.running().httpPort())) {
      assertThat(calls.get("/console/").statusCode()).isEqualTo(200);
      assertThat(calls.get("/docs/").statusCode()).isEqualTo(200);
      assertThat(failure(calls.get("/v1/schema"), 401)).isNotNull();
      JsonNode schema =
          good(calls.send(calls.request("/v1/schema").header("authorization", "Bearer " + key)));
      assertThat(schema.get("caller_roles").toString()).isEqualTo("[\"read\",\"publish\"]");
    }
  }

  @Test
  void itCanBeSwitchedOff(@TempDir Path directory) throws Exception {
    var config = TestServer.config(directory.resolve("data"));
    var off = config.server().http().withConsole(false);
    try (TestServer other =
            new TestServer(config.withServer(config.server().with(s -> s.http(off))));
        HttpClientCalls calls = new HttpClientCalls(other.running().httpPort())) {
      for (String path : List.of("/console/", "/docs/", "/docs", "/")) {
        assertThat(failure(calls.get(path), 404)).as(path).isNotNull();
      }
      assertThat(good(calls.get("/v1/items"))).isNotNull();
    }
  }
}
