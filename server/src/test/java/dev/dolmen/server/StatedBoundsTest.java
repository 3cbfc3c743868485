package dev.dolmen.server;

import static dev.dolmen.server.HttpClientCalls.good;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What the definitions say of a field's bound, and so the OpenAPI document, is what the server
 * does: so much is taken, and one more is refused by the field's name.
 */
class StatedBoundsTest {
  private static final JsonMapper MAPPER = new JsonMapper();

  /** The first number that bounds something: "1 to 10,000", "at most 256". */
  private static final Pattern BOUND = Pattern.compile("(?:\\bto|at\\s+most) +([0-9][0-9,]*)");

  private static final String VISIT = "\"session\": {\"session_id\": \"s\"}";

  /** Fields whose bound is configured, and the option that the comment names for it. */
  private static final Map<String, String> CONFIGURED =
      Map.ofEntries(
          Map.entry("SessionEvent.context", "server.sizes.max_context_bytes"),
          Map.entry("SessionContext.context", "server.sizes.max_context_bytes"),
          Map.entry("SessionContext.items", "server.sizes.max_inline_item_bytes"),
          Map.entry("FeedbackEvent.context", "server.sizes.max_context_bytes"),
          Map.entry("ScoreRequest.items", "server.sizes.max_inline_items_bytes"),
          Map.entry("Item.slots", "server.sizes.max_item_bytes"),
          Map.entry("ItemPatch.slots", "server.sizes.max_item_bytes"),
          Map.entry("SlotValue.tokens", "server.sizes.max_item_tokens"),
          Map.entry("SlotValue.path", "server.sizes.max_item_levels"));

  /** Fields without a bound of their own. */
  private static final Map<String, String> UNBOUNDED =
      Map.of(
          "FeedbackEvent.dwell_ms",
          "any length of time is one",
          "Filter.slot",
          "the name of a slot, and all others are refused",
          "ItemPatch.clear_slots",
          "names of slots that an item has; others say nothing",
          "ListItemsRequest.page_token",
          "what the server has given, and all else is refused",
          "Timestamp.nanos",
          "a nanosecond of a second",
          "NumberList.number",
          "as many as the slot has; the field that holds it says so",
          "RecommendRequest.ranker",
          "one of GetSchemaResponse.rankers, and all others are refused",
          "TokenList.token",
          "the field that holds it says how many");

  @TempDir static Path directory;
  private static TestServer server;
  private static HttpClientCalls http;
  private static JsonNode document;

  @BeforeAll
  static void start() throws Exception {
    server = new TestServer(directory);
    http = new HttpClientCalls(server.running().httpPort());
    server.upsert(TestServer.item("i1", "home", 1).build());
    document = good(http.get("/openapi.json"));
  }

  @AfterAll
  static void stop() {
    http.close();
    server.close();
  }

  /**
   * A field with a bound.
   *
   * @param field whose comment states it
   * @param refused the field that is named when there is too much
   * @param route method and path
   * @param request a body, or for GET a query, with so much of the field
   */
  record Bound(String field, String refused, String route, IntFunction<String> request) {
    @Override
    public String toString() {
      return field + " by " + route;
    }
  }

  private static Bound text(String field, String refused, String route, String format) {
    return new Bound(field, refused, route, n -> format.replace("~", "x".repeat(n)));
  }

  private static Bound list(String field, String refused, String route, String format, String one) {
    return new Bound(field, refused, route, n -> format.replace("~", copies(one, n)));
  }

  private static Bound number(String field, String refused, String route, String format) {
    return new Bound(field, refused, route, n -> format.replace("~", Integer.toString(n)));
  }

  private static String copies(String one, int n) {
    return IntStream.range(0, n).mapToObj(i -> one).collect(joining(", "));
  }

  static Stream<Bound> bounds() {
    return Stream.of(visits(), recommendations(), changes()).flatMap(List::stream);
  }

  private static List<Bound> visits() {
    String events = "POST /v1/events";
    String recommend = "POST /v1/recommend";
    return List.of(
        list("PublishRequest.events", "events", events, "{\"events\": [~]}", "{}"),
        text(
            "FeedbackEvent.event_id",
            "events[0].event_id",
            events,
            "{\"events\": [{\"event_id\": \"~\"}]}"),
        text("FeedbackEvent.session_id", "events[0].session_id", events, event("session_id")),
        text("FeedbackEvent.user_id", "events[0].user_id", events, event("user_id")),
        text("FeedbackEvent.item_id", "events[0].item_id", events, event("item_id")),
        text("FeedbackEvent.request_id", "events[0].request_id", events, event("request_id")),
        text(
            "FeedbackEvent.context",
            "events[0].context[device]",
            events,
            "{\"events\": [{\"event_id\": \"e\", \"session_id\": \"s\", \"item_id\": \"none\","
                + " \"type\": \"EVENT_TYPE_CLICK\", \"time\": \""
                + TestServer.NOW
                + "\", \"context\": {\"device\": \"~\"}}]}"),
        text("SessionContext.session_id", "session.session_id", recommend, ofVisit("session_id")),
        list(
            "SessionContext.events",
            "session.events",
            recommend,
            "{\"k\": 1, \"session\": {\"events\": [~]}}",
            "{\"item_id\": \"i1\"}"),
        list(
            "SessionContext.items",
            "session.items",
            recommend,
            "{\"k\": 1, \"session\": {\"session_id\": \"s\", \"items\": [~]}}",
            "{\"item_id\": \"n\"}"),
        text(
            "SessionContext.context",
            "session.context[device]",
            recommend,
            "{\"k\": 1, \"session\": {\"session_id\": \"s\", \"context\": {\"device\": \"~\"}}}"),
        text(
            "SessionEvent.item_id",
            "session.events[0].item_id",
            recommend,
            "{\"k\": 1, \"session\": {\"events\": [{\"item_id\": \"~\"}]}}"),
        text(
            "SessionEvent.context",
            "session.events[0].context[device]",
            recommend,
            "{\"k\": 1, \"session\": {\"events\": [{\"item_id\": \"i1\","
                + " \"context\": {\"device\": \"~\"}}]}}"));
  }

  /** One event with one text, after those that are looked at before it. */
  private static String event(String field) {
    return Stream.of("event_id", "session_id", "user_id", "request_id", "item_id")
        .map(name -> '"' + name + "\": \"" + (name.equals(field) ? "~" : "x") + '"')
        .collect(joining(", ", "{\"events\": [{", "}]}"));
  }

  private static String ofVisit(String field) {
    return "{\"k\": 1, \"session\": {\"" + field + "\": \"~\"}}";
  }

  private static List<Bound> recommendations() {
    String recommend = "POST /v1/recommend";
    String score = "POST /v1/score";
    String similar = "POST /v1/similar";
    String filter = "{\"slot\": \"brand\", \"any_of\": {\"token\": [\"b\"]}}";
    String map = "POST /v1/items:map";
    String filtered = "{" + VISIT + ", \"k\": 1, \"filters\": [{\"slot\": \"brand\", ";
    String of = VISIT + ", \"k\": 1, ";
    return List.of(
        number("RecommendRequest.k", "k", recommend, "{" + VISIT + ", \"k\": ~}"),
        number(
            "RecommendRequest.explain",
            "k",
            recommend,
            "{" + VISIT + ", \"explain\": true, \"k\": ~}"),
        text("RecommendRequest.user_id", "user_id", recommend, "{" + of + "\"user_id\": \"~\"}"),
        list(
            "RecommendRequest.filters",
            "filters",
            recommend,
            "{" + of + "\"filters\": [~]}",
            filter),
        list(
            "RecommendRequest.candidate_item_ids",
            "candidate_item_ids",
            recommend,
            "{" + of + "\"candidate_item_ids\": [~]}",
            "\"i1\""),
        list(
            "RecommendRequest.exclude_item_ids",
            "exclude_item_ids",
            recommend,
            "{" + of + "\"exclude_item_ids\": [~]}",
            "\"i1\""),
        list(
            "Filter.any_of",
            "filters[0].any_of.token",
            recommend,
            filtered + "\"any_of\": {\"token\": [~]}}]}",
            "\"b\""),
        list(
            "Filter.none_of",
            "filters[0].none_of.token",
            recommend,
            filtered + "\"none_of\": {\"token\": [~]}}]}",
            "\"b\""),
        list(
            "ScoreRequest.item_ids",
            "item_ids",
            score,
            "{" + VISIT + ", \"item_ids\": [~]}",
            "\"i1\""),
        list(
            "ScoreRequest.explain",
            "item_ids",
            score,
            "{" + VISIT + ", \"explain\": true, \"item_ids\": [~]}",
            "\"i1\""),
        text("SimilarRequest.item_id", "item_id", similar, "{\"item_id\": \"~\", \"k\": 1}"),
        number("SimilarRequest.k", "k", similar, "{\"item_id\": \"i1\", \"k\": ~}"),
        new Bound(
            "ListImpressionsRequest.session_id",
            "session_id",
            "GET /v1/visits/",
            n -> "x".repeat(n) + "/impressions"),
        number(
            "ListImpressionsRequest.page_size",
            "page_size",
            "GET /v1/visits/s/impressions",
            "?page_size=~"),
        number("MapItemsRequest.k", "k", map, "{\"k\": ~}"),
        list(
            "MapItemsRequest.item_ids",
            "item_ids",
            map,
            "{\"k\": 2000, \"item_ids\": [~]}",
            "\"i1\""),
        list("MapItemsRequest.slots", "slots", map, "{\"k\": 1, \"slots\": [~]}", "\"brand\""),
        list(
            "SimilarRequest.filters",
            "filters",
            similar,
            "{\"item_id\": \"i1\", \"k\": 1, \"filters\": [~]}",
            filter));
  }

  private static List<Bound> changes() {
    String items = "POST /v1/items";
    String patch = "PATCH /v1/items";
    String delete = "POST /v1/items:delete";
    String described = "{\"items\": [{\"item_id\": \"n\", \"slots\": {\"category\": {\"path\":";
    String home = " {\"token\": [\"home\"]}}";
    return List.of(
        list("UpsertItemsRequest.items", "items", items, "{\"items\": [~]}", "{}"),
        text(
            "Item.item_id",
            "item_id",
            items,
            "{\"items\": [{\"item_id\": \"~\", \"slots\": {\"category\": {\"path\":"
                + home
                + "}}]}"),
        text(
            "SlotValue.token",
            "slots[brand].token",
            items,
            described + home + ", \"brand\": {\"token\": \"~\"}}}]}"),
        text(
            "SlotValue.tokens",
            "slots[labels].tokens.token[0]",
            items,
            described + home + ", \"labels\": {\"tokens\": {\"token\": [\"~\"]}}}}]}"),
        text(
            "SlotValue.path",
            "slots[category].path.token[0]",
            items,
            described + " {\"token\": [\"~\"]}}}}]}"),
        list("PatchItemsRequest.patches", "patches", patch, "{\"patches\": [~]}", "{}"),
        text("ItemPatch.item_id", "item_id", patch, "{\"patches\": [{\"item_id\": \"~\"}]}"),
        list("DeleteItemsRequest.item_ids", "item_ids", delete, "{\"item_ids\": [~]}", "\"none\""),
        text("GetItemRequest.item_id", "item_id", "GET /v1/items/", "~"),
        new Bound(
            "GetItemHistoryRequest.item_id",
            "item_id",
            "GET /v1/items/",
            n -> "x".repeat(n) + "/history"),
        new Bound(
            "GetItemRowsRequest.item_id",
            "item_id",
            "GET /v1/items/",
            n -> "x".repeat(n) + "/rows"),
        number("ListItemsRequest.page_size", "page_size", "GET /v1/items", "?page_size=~"),
        text("ListItemsRequest.query", "query", "GET /v1/items", "?query=~"));
  }

  @ParameterizedTest
  @MethodSource("bounds")
  void soMuchIsTakenAndOneMoreIsRefused(Bound bound) throws Exception {
    Matcher stated = BOUND.matcher(comment(bound.field));
    assertThat(stated.find()).as(comment(bound.field)).isTrue();
    int most = Integer.parseInt(stated.group(1).replace(",", ""));
    assertThat(refused(bound, most)).doesNotContain(bound.refused);
    assertThat(refused(bound, most + 1)).contains(bound.refused);
  }

  /** The fields that an answer finds something wrong with, whatever form it has. */
  private static List<String> refused(Bound bound, int n) throws Exception {
    String[] route = bound.route.split(" ", 2);
    String request = bound.request.apply(n);
    boolean get = route[0].equals("GET");
    HttpRequest.Builder call = http.request(get ? route[1] + request : route[1]);
    if (!get) {
      call.header("content-type", "application/json");
      call.method(route[0], HttpRequest.BodyPublishers.ofString(request));
    }
    HttpResponse<String> answer = http.send(call);
    assertThat(answer.statusCode()).as(answer.body()).isIn(200, 400, 404);
    return MAPPER.readTree(answer.body()).findValuesAsText("field");
  }

  /** As the document has it: of a message's field, or of a parameter. */
  private static String comment(String field) {
    String[] names = field.split("\\.", 2);
    JsonNode schema = document.at("/components/schemas/" + names[0]);
    if (!schema.isMissingNode()) {
      return schema.at("/properties/" + names[1] + "/description").asText();
    }
    String operation = names[0].replace("Request", "");
    for (JsonNode path : document.get("paths")) {
      JsonNode get = path.path("get");
      if (get.path("operationId").asText().equals(operation)) {
        for (JsonNode parameter : get.path("parameters")) {
          if (parameter.path("name").asText().equals(names[1])) {
            return parameter.path("description").asText();
          }
        }
      }
    }
    throw new AssertionError(field + " is not in the document");
  }

  @Test
  void aBoundThatIsConfiguredNamesItsOption() {
    CONFIGURED.forEach((field, option) -> assertThat(comment(field)).as(field).contains(option));
  }

  /** Whoever adds a field of text, of a list or of a whole number says what bounds it. */
  @Test
  void eachFieldOfARequestHasABoundOrAReason() {
    Set<String> known = new TreeSet<>(CONFIGURED.keySet());
    known.addAll(UNBOUNDED.keySet());
    bounds().map(Bound::field).forEach(known::add);
    Set<String> open = new TreeSet<>();
    Set<Descriptor> seen = new HashSet<>();
    ServiceRegistry.SERVICES.stream()
        .flatMap(service -> service.getMethods().stream())
        .map(method ->
            ((ProtoMethodDescriptorSupplier) method.getSchemaDescriptor()).getMethodDescriptor())
        .forEach(method -> collect(method.getInputType(), open, seen));
    assertThat(open).contains("FeedbackEvent.event_id", "RecommendRequest.k", "Item.slots");
    assertThat(known).containsAll(open);
  }

  private static void collect(Descriptor type, Set<String> open, Set<Descriptor> seen) {
    if (!seen.add(type)) {
      return;
    }
    for (FieldDescriptor field : type.getFields()) {
      JavaType kind = field.getJavaType();
      boolean measured = field.isRepeated() || kind == JavaType.STRING || kind == JavaType.INT;
      if (measured && !type.getOptions().getMapEntry()) {
        open.add(type.getName() + "." + field.getName());
      }
      if (kind == JavaType.MESSAGE) {
        collect(field.getMessageType(), open, seen);
      }
    }
  }
}
