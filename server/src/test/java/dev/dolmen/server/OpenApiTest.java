package dev.dolmen.server;

import static dev.dolmen.server.HttpClientCalls.failure;
import static dev.dolmen.server.HttpClientCalls.good;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.api.AnnotationsProto;
import com.google.api.HttpRule;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import dev.dolmen.server.charts.StandInPrometheus;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The document describes the routes that there are, and no others. */
class OpenApiTest {
  private static final String ITEM =
      "{\"item_id\": \"i1\", \"slots\": {\"category\": {\"path\": {\"token\": [\"home\"]}}}}";

  /** What each operation is asked with. */
  private static final Map<String, String> BODIES =
      Map.ofEntries(
          Map.entry("Recommend", "{\"session\": {\"session_id\": \"s\"}, \"k\": 1}"),
          Map.entry("Score", "{\"session\": {\"session_id\": \"s\"}, \"item_ids\": [\"i1\"]}"),
          Map.entry("Similar", "{\"item_id\": \"i1\", \"k\": 1}"),
          Map.entry("SimilarByGET", ""),
          Map.entry("MapItems", "{\"k\": 1, \"slots\": [\"category\"]}"),
          Map.entry("ListImpressions", ""),
          Map.entry("Publish", ""),
          Map.entry("PublishBatch", "{\"events\": [{\"event_id\": \"e\"}]}"),
          Map.entry("UpsertItems", ITEM),
          Map.entry("UpsertItemsBatch", "{\"items\": [" + ITEM + "]}"),
          Map.entry("PatchItems", "{\"patches\": [{\"item_id\": \"i1\"}]}"),
          Map.entry("DeleteItems", "{\"item_ids\": [\"none\"]}"),
          Map.entry("GetItem", ""),
          Map.entry("GetItemHistory", ""),
          Map.entry("GetItemRows", ""),
          Map.entry("ListItems", ""),
          Map.entry("GetSchema", ""),
          Map.entry("GetStatus", ""),
          Map.entry("GetConfig", ""),
          Map.entry("ListRejectedEvents", ""),
          Map.entry("GetCharts", ""),
          Map.entry("ListSnapshots", ""),
          Map.entry("CreateSnapshot", "{}"));

  private static final Map<String, String> QUERIES =
      Map.of("SimilarByGET", "?k=1", "GetCharts", "?span=CHART_SPAN_HOUR");

  @TempDir Path directory;
  private StandInPrometheus prometheus;
  private TestServer server;
  private HttpClientCalls http;

  @BeforeEach
  void start() throws Exception {
    prometheus = new StandInPrometheus(200, StandInPrometheus.matrix());
    server = new TestServer(ChartsServingTest.config(directory, prometheus.url()));
    http = new HttpClientCalls(server.running().httpPort());
  }

  @AfterEach
  void stop() {
    http.close();
    server.close();
    prometheus.close();
  }

  private JsonNode document() throws IOException, InterruptedException {
    return good(http.get("/openapi.json"));
  }

  private static List<MethodDescriptor> methods() {
    return ServiceRegistry.SERVICES.stream()
        .flatMap(service -> service.getMethods().stream())
        .map(method ->
            ((ProtoMethodDescriptorSupplier) method.getSchemaDescriptor()).getMethodDescriptor())
        .toList();
  }

  private static String route(HttpRule rule) {
    return switch (rule.getPatternCase()) {
      case GET -> "get " + rule.getGet();
      case POST -> "post " + rule.getPost();
      case PATCH -> "patch " + rule.getPatch();
      default -> throw new IllegalArgumentException(rule.toString());
    };
  }

  private static Map<String, JsonNode> operations(JsonNode document) {
    Map<String, JsonNode> operations = new TreeMap<>();
    for (Map.Entry<String, JsonNode> path : document.get("paths").properties()) {
      for (Map.Entry<String, JsonNode> operation : path.getValue().properties()) {
        operations.put(operation.getKey() + " " + path.getKey(), operation.getValue());
      }
    }
    return operations;
  }

  @Test
  void eachAnnotationIsAnOperation() throws Exception {
    Set<String> annotated = new TreeSet<>();
    for (MethodDescriptor method : methods()) {
      HttpRule rule = method.getOptions().getExtension(AnnotationsProto.http);
      annotated.add(route(rule));
      rule.getAdditionalBindingsList().forEach(other -> annotated.add(route(other)));
    }
    assertThat(operations(document()).keySet()).isEqualTo(annotated);
  }

  /** Each with what it asks for: it is called, whatever it thinks of that. */
  @Test
  void eachOperationAnswers() throws Exception {
    server.upsert(TestServer.item("i1", "home", 1).build());
    Map<String, JsonNode> operations = operations(document());
    assertThat(operations).hasSize(BODIES.size());
    for (Map.Entry<String, JsonNode> operation : operations.entrySet()) {
      String[] route = operation.getKey().split(" ", 2);
      String path = route[1].replace("{item_id}", "i1").replace("{session_id}", "s");
      String name = operation.getValue().get("operationId").asText();
      String query = QUERIES.getOrDefault(name, "");
      assertThat(BODIES).containsKey(name);
      JsonNode content = operation.getValue().at("/requestBody/content");
      String type = content.isMissingNode() ? "" : content.fieldNames().next();
      HttpRequest.Builder request = http.request(path + query);
      if (!type.isEmpty()) {
        request.header("content-type", type);
      }
      HttpResponse<String> answer =
          http.send(
              request.method(
                  route[0].toUpperCase(Locale.ROOT),
                  HttpRequest.BodyPublishers.ofString(BODIES.get(name))));
      assertThat(answer.statusCode()).as(operation.getKey() + " " + answer.body()).isEqualTo(200);
      String kind = operation.getValue().at("/responses/200/content").fieldNames().next();
      assertThat(answer.headers().firstValue("content-type")).contains(kind);
    }
  }

  @Test
  void everyFieldStandsInItWithWhatTheDefinitionSays() throws Exception {
    JsonNode schemas = document().at("/components/schemas");
    Set<String> seen = new TreeSet<>();
    for (MethodDescriptor method : methods()) {
      if (!method.isClientStreaming() && !usesGet(method)) {
        assertFields(method.getInputType(), schemas, seen);
      }
      if (!method.isServerStreaming()) {
        assertFields(method.getOutputType(), schemas, seen);
      }
    }
    assertThat(seen).hasSizeGreaterThan(30);
    assertThat(schemas.at("/RecommendRequest/properties/k/description").asText())
        .isEqualTo("How many, 1 to 1,000. 0 is refused.");
    assertThat(schemas.at("/EventType/description").asText())
        .contains("- `EVENT_TYPE_CLICK`: The item was clicked.");
    assertThat(schemas.at("/Filter/properties/any_of/description").asText())
        .isEqualTo(
            "One of the item's tokens (any level of a category path) is in the list, of 1 to"
                + " 10,000.");
    assertThat(schemas.at("/SessionContext/properties/context/additionalProperties/type"))
        .hasToString("\"string\"");
    assertThat(schemas.at("/Explanation/description").asText()).isNotEmpty();
    assertThat(document().at("/paths/~1v1~1items/get/parameters/0/description").asText())
        .isNotEmpty();
  }

  private static boolean usesGet(MethodDescriptor method) {
    return method.getOptions().getExtension(AnnotationsProto.http).hasGet();
  }

  private static void assertFields(Descriptor type, JsonNode schemas, Set<String> seen) {
    if (!type.getFullName().startsWith("dolmen.") || !seen.add(type.getFullName())) {
      return;
    }
    JsonNode properties = schemas.at("/" + type.getName() + "/properties");
    List<String> names = new ArrayList<>();
    properties.fieldNames().forEachRemaining(names::add);
    assertThat(names)
        .as(type.getFullName())
        .isEqualTo(type.getFields().stream().map(FieldDescriptor::getName).toList());
    for (FieldDescriptor field : type.getFields()) {
      if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE && !field.isMapField()) {
        assertFields(field.getMessageType(), schemas, seen);
      }
    }
  }

  /** What a reference names is there. */
  @Test
  void referencesLeadSomewhere() throws Exception {
    JsonNode document = document();
    List<String> references = document.findValuesAsText("$ref");
    assertThat(references).hasSizeGreaterThan(50);
    references.forEach(reference ->
        assertThat(document.at(reference.substring(1)).isMissingNode()).as(reference).isFalse());
  }

  /** Written down for a linter, which .ci/api runs: it takes files. */
  @Test
  void isSaidToBeOfAVersionOfOpenApi() throws Exception {
    HttpResponse<String> answer = http.get("/openapi.json");
    assertThat(good(answer).get("openapi").asText()).isEqualTo("3.1.0");
    Files.createDirectories(Path.of("target"));
    Files.writeString(Path.of("target", "openapi.json"), answer.body());
  }

  @Test
  void isForReadingAlone() throws Exception {
    assertThat(failure(http.post("/openapi.json", "{}"), 405).get("code").asInt()).isEqualTo(12);
  }
}
