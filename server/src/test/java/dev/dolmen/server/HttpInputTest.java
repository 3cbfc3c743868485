package dev.dolmen.server;

import static dev.dolmen.server.HttpClientCalls.failure;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever is sent over HTTP gets a clear answer, and the server goes on. */
class HttpInputTest {
  @TempDir static Path directory;
  private static TestServer server;
  private static HttpClientCalls http;

  @BeforeAll
  static void start() throws StartException {
    var config = TestServer.config(directory);
    server =
        new TestServer(
            config.withServer(
                config
                    .server()
                    .with(s ->
                        s.limits(
                            new dev.dolmen.server.config.ServerConfig.LimitsConfig(
                                TestServer.MAX_MESSAGE_BYTES,
                                1_000,
                                Duration.ofSeconds(30),
                                Duration.ofMillis(700),
                                100,
                                Duration.ofSeconds(1),
                                100,
                                config.server().limits().connections(),
                                config.server().limits().memory())))));
    http = new HttpClientCalls(server.running().httpPort());
  }

  @AfterAll
  static void stop() {
    http.close();
    server.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"k\": 1, \"kk\": 2} | kk: is no field, expected one of session, k, filters",
        "{\"k\": \"five\"} | k: \"five\", expected a whole number from 0 to 4294967295",
        "{\"k\": 1.5} | k: 1.5, expected a whole number",
        "{\"k\": -1} | k: -1, expected a whole number",
        "{\"k\": 4294967296} | k: 4294967296, expected a whole number",
        "{\"k\": 1e999999999} | k: 1e999999999, expected a whole number",
        "{\"k\": true} | k: true, expected a whole number",
        "{\"k\": [1]} | k: a list, expected a whole number",
        "{\"k\": 1, \"k\": 2} | request: is no JSON: Duplicate field 'k'",
        "{\"session\": {\"sessionId\": \"a\", \"session_id\": \"b\"}} | session.session_id: comes"
            + " twice",
        "{\"session\": 5} | session: 5, expected an object",
        "{\"session\": {\"events\": {}}} | session.events: an object, expected a list",
        "{\"session\": {\"events\": [{}, 5]}} | session.events[1]: 5, expected an object",
        "{\"session\": {\"events\": [null]}} | session.events[0]: null, expected an object",
        "{\"session\": {\"events\": [{\"type\": \"CLICK\"}]}} | session.events[0].type: \"CLICK\","
            + " expected one of EVENT_TYPE_UNSPECIFIED, EVENT_TYPE_VIEW",
        "{\"session\": {\"events\": [{\"time\": \"now\"}]}} | session.events[0].time: \"now\","
            + " expected a time such as",
        "{\"session\": {\"events\": [{\"time\": 5}]}} | session.events[0].time: 5, expected a time",
        "{\"session\": {\"context\": {\"a\": 1}}} | session.context[a]: 1, expected text",
        "{\"session\": {\"session_id\": \"\\ud800\"}} | session.session_id: ",
        "{\"filters\": [{\"slot\": \"price\", \"any_of\": {}, \"range\": {}}]} | filters[0].range:"
            + " comes besides any_of, expected one",
        "{\"filters\": [{\"range\": {\"min\": 1e999}}]} | filters[0].range.min: 1e999, expected a"
            + " number",
        "{\"include_seen\": \"true\"} | include_seen: \"true\", expected true or false",
        "[1] | request: a list, expected an object",
        "{\"k\": 1} {} | request: goes on behind its end",
        "{\"k\": 1 | request: is no JSON",
        "{'k': 1} | request: is no JSON",
        "{\"k\": NaN} | request: is no JSON",
        "nonsense | request: is no JSON",
      })
  void whatIsNoRequestIsNamed(String json, String expected)
      throws IOException, InterruptedException {
    JsonNode status = failure(http.post("/v1/recommend", json), 400);

    assertThat(status.get("code").asInt()).isEqualTo(3);
    assertThat(status.get("message").asText()).startsWith(expected.strip());
    assertThat(status.at("/details/0/field_violations/0/field").asText())
        .isEqualTo(expected.substring(0, expected.indexOf(':')));
  }

  @Test
  void deepAndLargeJsonIsRefused() throws IOException, InterruptedException {
    String deep = "{\"session\": ".repeat(1) + "[".repeat(5_000);
    assertThat(failure(http.post("/v1/recommend", deep), 400).get("message").asText())
        .startsWith("session: a list");
    String large = "{\"session\": {\"session_id\": \"" + "x".repeat(TestServer.MAX_MESSAGE_BYTES);
    assertThat(failure(http.post("/v1/recommend", large + "\"}}"), 413).get("message").asText())
        .startsWith("the body is larger than server.limits.max_message_bytes, 1048576");
    String digits = "{\"k\": " + "9".repeat(100_000) + "}";
    assertThat(failure(http.post("/v1/recommend", digits), 400).get("message").asText())
        .startsWith("request: is no JSON")
        .contains("100");
  }

  @Test
  void aBombOfGzipIsNotUnpacked() throws IOException, InterruptedException {
    ByteArrayOutputStream bomb = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bomb)) {
      gzip.write(new byte[64 << 20]);
    }
    HttpRequest.Builder sent =
        http.request("/v1/recommend")
            .header("content-type", "application/json")
            .header("content-encoding", "gzip")
            .POST(HttpRequest.BodyPublishers.ofByteArray(bomb.toByteArray()));
    assertThat(failure(http.send(sent), 413).get("message").asText())
        .startsWith("the body, after decompression, is larger");
    HttpRequest.Builder none =
        http.request("/v1/recommend")
            .header("content-type", "application/json")
            .header("content-encoding", "gzip")
            .POST(HttpRequest.BodyPublishers.ofString("{}"));
    assertThat(failure(http.send(none), 400).get("message").asText())
        .isEqualTo("request: is no gzip, though its content-encoding says so");
  }

  @ParameterizedTest
  @CsvSource({
    "/v1/../v1/status, 400, has a segment . or ..",
    "/v1/%2e%2e/status, 400, has a segment . or ..",
    "/v1/./status, 400, has a segment . or ..",
    "/v1//status, 400, has an empty segment",
    "/v1/items/a%00b, 400, has a control character",
    "/v1/items/%ff, 400, is no UTF-8",
    "/v1/items/%2, 400, without two hexadecimal digits",
    "/v1\\status, 400, has a character at 3",
    "/v1%2Fstatus, 404, there is no such path",
    "/v1/status/, 404, there is no such path",
    "/v2/status, 404, there is no such path",
    "/dolmen.v1.AdminService/GetStatus, 405, expected POST",
    "/dolmen.v1.AdminService/GetNothing, 404, there is no such path",
    "/grpc.health.v1.Health/Check, 404, there is no such path",
    "*, 400, expected a path",
    "http://elsewhere/v1/status, 400, expected a path",
  })
  void pathsAreReadInOneWay(String path, int status, String message) throws IOException {
    String answer =
        http.raw("GET " + path + " HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");

    assertThat(answer).startsWith("HTTP/1.1 " + status + " ").contains(message);
  }

  @Test
  void otherMethodsAndTypesAreNamed() throws IOException, InterruptedException {
    HttpResponse<String> get = http.get("/v1/recommend");
    assertThat(failure(get, 405).get("message").asText())
        .isEqualTo("GET /v1/recommend: expected POST");
    assertThat(get.headers().firstValue("allow")).hasValue("POST");
    assertThat(failure(http.send(http.request("/v1/items").DELETE()), 405).get("message").asText())
        .isEqualTo("DELETE /v1/items: expected GET or PATCH or POST");
    HttpRequest.Builder form =
        http.request("/v1/recommend")
            .header("content-type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString("{}"));
    assertThat(failure(http.send(form), 415).get("message").asText())
        .isEqualTo(
            "content-type: application/x-www-form-urlencoded, expected application/json, in UTF-8");
    HttpRequest.Builder body =
        http.request("/v1/status").method("GET", HttpRequest.BodyPublishers.ofString("{}"));
    assertThat(failure(http.send(body), 400).get("message").asText())
        .isEqualTo("a body, expected none for GET");
  }

  @ParameterizedTest
  @CsvSource({
    "GET /v1/status HTTP/1.1, 400, 0 host headers",
    "GET /v1/status HTTP/1.1;host: a;host: b, 400, 2 host headers",
    "GET /v1/status HTTP/2.0;host: localhost, 505, expected HTTP/1.1",
    "nonsense, 400, this is no request",
    "POST /v1/recommend HTTP/1.1;host: localhost;content-length: 1;content-length: 2, 400,"
        + " this is no request",
    "POST /v1/recommend HTTP/1.1;host: localhost;content-length: 5;transfer-encoding: chunked, 400,"
        + " this is no request",
    "POST /v1/recommend HTTP/1.1;host: localhost;content-length: -5, 400, this is no request",
    "POST /v1/recommend HTTP/1.1;host: localhost;expect: magic, 417, expected 100-continue",
  })
  void whatIsNoRequestOfHttpIsRefused(String lines, int status, String message) throws IOException {
    String answer = http.raw(lines.replace(";", "\r\n") + "\r\n\r\n");

    assertThat(answer).startsWith("HTTP/1.1 " + status + " ").contains(message);
  }

  @Test
  void longLinesAndHeadersAreRefused() throws IOException {
    assertThat(http.raw("GET /" + "x".repeat(10_000) + " HTTP/1.1\r\nhost: localhost\r\n\r\n"))
        .startsWith("HTTP/1.1 414 ");
    assertThat(
            http.raw(
                "GET /v1/status HTTP/1.1\r\nhost: localhost\r\na: "
                    + "x".repeat(20_000)
                    + "\r\n\r\n"))
        .startsWith("HTTP/1.1 431 ")
        .contains("server.limits.max_header_bytes");
  }

  @Test
  void halfARequestIsNotWaitedForForEver() throws IOException {
    String head =
        "POST /v1/recommend HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n";

    assertThat(http.raw(head)).isEmpty();
    assertThat(http.raw(head + "content-length: 10\r\n\r\n{\"k\""))
        .startsWith("HTTP/1.1 504 ")
        .contains("server.limits.request_arrival");
    assertThat(http.raw(head + "transfer-encoding: chunked\r\n\r\nzz\r\n"))
        .startsWith("HTTP/1.1 400 ")
        .contains("the body is not as HTTP/1.1 has it");
  }

  @Test
  void aBodyIsAskedForWhereItsCallerWaits() throws IOException {
    String answer =
        http.raw(
            "POST /v1/recommend HTTP/1.1\r\nhost: localhost\r\nexpect: 100-continue\r\n"
                + "content-type: application/json\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}");

    assertThat(answer).startsWith("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 400 ");
  }

  @Test
  void bytesThatAreNoUtf8AreRefused() throws IOException {
    byte[] body =
        "{\"session\": {\"session_id\": \"\u00e9\"}}".getBytes(StandardCharsets.ISO_8859_1);
    String head =
        "POST /v1/recommend HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
            + "connection: close\r\ncontent-length: "
            + body.length
            + "\r\n\r\n";

    String answer = http.raw(head + new String(body, StandardCharsets.ISO_8859_1));

    assertThat(answer).startsWith("HTTP/1.1 400 ").contains("is no UTF-8");
  }
}
