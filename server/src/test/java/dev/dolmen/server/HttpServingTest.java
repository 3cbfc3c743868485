package dev.dolmen.server;

import static dev.dolmen.server.HttpClientCalls.failure;
import static dev.dolmen.server.HttpClientCalls.good;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What can be done over gRPC can be done over HTTP, with the same answers. */
class HttpServingTest {
  private static final String EVENT =
      "{\"event_id\": \"%s\", \"session_id\": \"visit\", \"item_id\": \"%s\", \"type\":"
          + " \"EVENT_TYPE_CLICK\", \"time\": \"2026-03-01T11:59:00Z\"}";

  @TempDir Path directory;
  private TestServer server;
  private HttpClientCalls http;

  @BeforeEach
  void start() throws StartException {
    server = new TestServer(directory);
    http = new HttpClientCalls(server.running().httpPort());
  }

  @AfterEach
  void stop() {
    http.close();
    server.close();
  }

  private static String items(int n) {
    return IntStream.range(0, n)
        .mapToObj(HttpServingTest::item)
        .collect(Collectors.joining(", ", "{\"items\": [", "]}"));
  }

  private static String item(int i) {
    return "{\"item_id\": \"i"
        + i
        + "\", \"slots\": {\"category\": {\"path\": {\"token\": [\"home\", \"c"
        + i % 3
        + "\"]}}, \"price\": {\"number\": "
        + i
        + ".5}}}";
  }

  private void upsertAndWait(int n) throws IOException, InterruptedException {
    JsonNode upserted = good(http.post("/v1/items", items(n)));
    assertThat(upserted.get("upserted").asText()).isEqualTo(Integer.toString(n));
    long offset = upserted.get("log_offset").asLong();
    while (good(http.get("/v1/status")).get("applied_log_offset").asLong() < offset) {
      LockSupport.parkNanos(100_000);
    }
  }

  @Test
  void itemsAreUpsertedClickedAndRecommended() throws IOException, InterruptedException {
    upsertAndWait(8);
    JsonNode published =
        good(http.post("/v1/events", "{\"events\": [" + EVENT.formatted("e1", "i1") + "]}"));
    assertThat(published.at("/acknowledgements/0/status").asText()).isEqualTo("STATUS_ACCEPTED");

    JsonNode answer =
        good(
            http.post(
                "/v1/recommend", "{\"session\": {\"events\": [{\"item_id\": \"i1\"}]}, \"k\": 3}"));

    assertThat(answer.get("items")).hasSize(3);
    assertThat(answer.at("/items/0/item_id").asText()).startsWith("i").isNotEqualTo("i1");
    assertThat(answer.get("ranker").asText()).isEqualTo("dolmen");
    assertThat(answer.get("unknown_item_ids").isArray()).isTrue();
    JsonNode scored =
        good(
            http.post(
                "/v1/score",
                "{\"session\": {\"sessionId\": \"s\"}, \"itemIds\": [\"i2\", \"i3\"]}"));
    assertThat(scored.get("items")).hasSize(2);
  }

  /** Its numbers in JSON are those that were sent: whoever reads them comes to the score, too. */
  @Test
  void explainsScores() throws IOException, InterruptedException {
    upsertAndWait(8);
    String session = "{\"session\": {\"events\": [{\"item_id\": \"i1\"}]}, \"explain\": true, ";

    JsonNode answer = good(http.post("/v1/recommend", session + "\"k\": 3}"));

    assertThat(answer.at("/explained_events/0/item_id").asText()).isEqualTo("i1");
    assertThat(answer.get("items")).hasSize(3);
    for (JsonNode item : answer.get("items")) {
      double sum = 0;
      for (JsonNode part : item.at("/explanation/parts")) {
        sum += part.get("value").asDouble();
      }
      assertThat((float) sum).isEqualTo(Float.parseFloat(item.get("score").asText()));
      assertThat(item.at("/explanation/reason").asText()).isNotEmpty();
      assertThat(item.at("/explanation/event_contributions")).hasSize(1);
    }
    assertThat(failure(http.post("/v1/recommend", session + "\"k\": 101}"), 400).get("message"))
        .hasToString("\"k: 101 with explain, expected 1 to 100\"");
  }

  @Test
  void anEventOfAnIdIsLearnedOnce() throws IOException, InterruptedException {
    upsertAndWait(2);
    String batch = "{\"events\": [" + EVENT.formatted("same", "i0") + "]}";

    good(http.post("/v1/events", batch));
    JsonNode again = good(http.post("/v1/events", batch));

    assertThat(again.at("/acknowledgements/0/status").asText()).isEqualTo("STATUS_DUPLICATE");
  }

  @Test
  void pathsAndQueriesAreFieldsOfARequest() throws IOException, InterruptedException {
    upsertAndWait(5);

    assertThat(good(http.get("/v1/items/i3")).at("/slots/price/number").asDouble()).isEqualTo(3.5);
    assertThat(good(http.get("/v1/items/i3/similar?k=2")).get("items")).hasSize(2);
    JsonNode page = good(http.get("/v1/items?page_size=2"));
    assertThat(page.get("items")).hasSize(2);
    assertThat(
            good(http.get("/v1/items?page_token=" + page.get("next_page_token").asText()))
                .get("items"))
        .hasSize(3);
    assertThat(failure(http.get("/v1/items/none"), 404).get("code").asInt()).isEqualTo(5);
    assertThat(failure(http.get("/v1/items/a%2Fb"), 404).get("message").asText())
        .contains("\"a/b\": no such item");
    assertThat(good(http.get("/v1/items?query=HOME+C1")).get("items")).hasSize(2);
    assertThat(good(http.get("/v1/items?query=C1%20i4")).at("/items/0/item_id").asText())
        .isEqualTo("i4");
    assertThat(good(http.get("/v1/items?query=c9")).get("items")).isEmpty();
    assertThat(failure(http.get("/v1/items?page_size=x"), 400).at("/details/0"))
        .hasToString(
            "{\"@type\":\"type.googleapis.com/google.rpc.BadRequest\",\"field_violations\":"
                + "[{\"field\":\"page_size\",\"description\":\"\\\"x\\\", expected a whole number"
                + " from 0 to 4294967295\"}]}");
    assertThat(failure(http.get("/v1/items?size=1"), 400).get("message").asText())
        .isEqualTo(
            "size: is no parameter of the query, expected one of page_size, page_token, query");
  }

  @Test
  void patchesAndDeletes() throws IOException, InterruptedException {
    upsertAndWait(3);
    JsonNode patched =
        good(
            http.send(
                http.request("/v1/items")
                    .header("content-type", "application/json; charset=UTF-8")
                    .method(
                        "PATCH",
                        HttpRequest.BodyPublishers.ofString(
                            "{\"patches\": [{\"item_id\": \"i0\", \"unavailable\": true}]}"))));
    assertThat(patched.get("upserted").asInt()).isEqualTo(1);
    JsonNode deleted = good(http.post("/v1/items:delete", "{\"item_ids\": [\"i1\", \"no\"]}"));
    assertThat(deleted.get("deleted").asInt()).isEqualTo(1);
    assertThat(deleted.get("unknown").asInt()).isEqualTo(1);
  }

  @Test
  void whatIsWrongIsSaidAsOverGrpc() throws IOException, InterruptedException {
    JsonNode status =
        failure(
            http.post("/v1/recommend", "{\"session\": {\"session_id\": \"s\"}, \"k\": 0}"), 400);

    assertThat(status.get("code").asInt()).isEqualTo(3);
    assertThat(status.get("message").asText()).startsWith("k: ");
    assertThat(status.at("/details/0/field_violations/0/field").asText()).isEqualTo("k");
    HttpResponse<String> strict =
        http.post(
            "/v1/recommend",
            "{\"session\": {\"events\": [{\"item_id\": \"x\"}]}, \"k\": 1, \"strict\": true}");
    assertThat(failure(strict, 404).at("/details/0/resource_name").asText()).isEqualTo("x");
  }

  @Test
  void linesOfEventsAreAnsweredByLines() throws IOException, InterruptedException {
    upsertAndWait(3);
    String lines =
        IntStream.range(0, 300)
                .mapToObj(
                    i -> EVENT.formatted("l" + i, "i" + i % 3) + (i % 2 == 0 ? "\n" : "\r\n\n"))
                .collect(Collectors.joining())
            + EVENT.formatted("last", "unknown");

    HttpResponse<String> answer =
        http.send(
            http.request("/v1/events:stream")
                .header("content-type", "application/x-ndjson")
                .POST(HttpRequest.BodyPublishers.ofString(lines)));

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("content-type")).hasValue("application/x-ndjson");
    List<String> acknowledged = answer.body().lines().toList();
    assertThat(acknowledged).hasSize(301);
    assertThat(acknowledged.subList(0, 300))
        .allSatisfy(line -> assertThat(line).contains("\"status\":\"STATUS_ACCEPTED\""));
    assertThat(acknowledged.get(7)).startsWith("{\"event_id\":\"l7\"");
    assertThat(acknowledged.getLast()).contains("STATUS_REJECTED").contains("item_id");
  }

  @Test
  void aLineThatIsNoneEndsTheStreamWithItsNumber() throws IOException, InterruptedException {
    upsertAndWait(3);
    HttpResponse<String> answer =
        http.send(
            http.request("/v1/items:stream")
                .header("content-type", "application/x-ndjson")
                .POST(HttpRequest.BodyPublishers.ofString(item(5) + "\n" + "{\"item\": 1}\n")));

    assertThat(failure(answer, 400).get("message").asText())
        .isEqualTo("line 2.item: is no field, expected one of item_id, slots, unavailable");
  }

  @Test
  void linesOfItemsAreSummedUp() throws IOException, InterruptedException {
    String lines =
        IntStream.range(0, 2_000).mapToObj(i -> item(i) + "\n").collect(Collectors.joining());
    HttpResponse<String> answer =
        http.send(
            http.request("/v1/items:stream")
                .header("content-type", "application/x-ndjson")
                .POST(
                    HttpRequest.BodyPublishers.ofInputStream(
                        () -> new ByteArrayInputStream(lines.getBytes(StandardCharsets.UTF_8)))));

    assertThat(good(answer).get("upserted").asInt()).isEqualTo(2_000);
  }

  @Test
  void bodiesAndAnswersMayBeCompressed() throws IOException, InterruptedException {
    ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(compressed)) {
      gzip.write(items(40).getBytes(StandardCharsets.UTF_8));
    }
    JsonNode upserted =
        good(
            http.send(
                http.request("/v1/items")
                    .header("content-type", "application/json")
                    .header("content-encoding", "gzip")
                    .POST(HttpRequest.BodyPublishers.ofByteArray(compressed.toByteArray()))));
    assertThat(upserted.get("upserted").asInt()).isEqualTo(40);

    HttpResponse<byte[]> page =
        http.sendForBytes(http.request("/v1/items").header("accept-encoding", "br, gzip"));

    assertThat(page.headers().firstValue("content-encoding")).hasValue("gzip");
    try (GZIPInputStream plain = new GZIPInputStream(new ByteArrayInputStream(page.body()))) {
      assertThat(new String(plain.readAllBytes(), StandardCharsets.UTF_8)).contains("\"i39\"");
    }
  }

  @Test
  void manyRequestsShareAConnection() throws IOException {
    String get = "GET /v1/status HTTP/1.1\r\nhost: localhost\r\n%s\r\n";

    String answers =
        http.raw(get.formatted("") + get.formatted("") + get.formatted("connection: close\r\n"));

    assertThat(answers.split("HTTP/1.1 200 OK", -1).length - 1).isEqualTo(3);
    assertThat(answers.split("connection: close", -1).length - 1).isEqualTo(1);
  }
}
