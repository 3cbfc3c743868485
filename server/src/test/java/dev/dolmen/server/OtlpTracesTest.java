package dev.dolmen.server;

import static dev.dolmen.server.OtlpCollector.attributes;
import static dev.dolmen.server.TestServer.item;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.server.config.OtlpConfig;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.RecommendResponse;
import dev.dolmen.v1.RecommendationServiceGrpc;
import dev.dolmen.v1.SessionContext;
import dev.dolmen.v1.SimilarRequest;
import io.grpc.CallOptions;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a collector is sent of calls, read from OTLP off a socket. */
class OtlpTracesTest {
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String PARENT = "b7ad6b7169203331";
  private static final String RECOMMEND = "dolmen.v1.RecommendationService/Recommend";

  @TempDir Path directory;

  private OtlpCollector collector;

  @BeforeEach
  void listen() throws IOException {
    collector = new OtlpCollector();
  }

  @AfterEach
  void close() {
    collector.close();
  }

  private DolmenConfig config(double ratio, boolean sessionIds) {
    OtlpConfig off = OtlpConfig.OFF;
    return TestServer.config(directory.resolve("data"))
        .withTelemetry(
            new OtlpConfig(
                collector.endpoint() + "/",
                "",
                "",
                off.timeout(),
                "shop-a",
                new OtlpConfig.Traces(ratio, 2_048, sessionIds),
                Duration.ZERO));
  }

  private static RecommendResponse recommend(TestServer server, String flags) {
    Metadata headers = new Metadata();
    headers.put(
        Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER),
        "00-" + TRACE + "-" + PARENT + "-" + flags);
    headers.put(Metadata.Key.of("tracestate", Metadata.ASCII_STRING_MARSHALLER), "shop=1");
    return server
        .recommendations()
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
        .recommend(request());
  }

  private static RecommendRequest request() {
    return RecommendRequest.newBuilder()
        .setSession(SessionContext.newBuilder().setSessionId("somebody's visit"))
        .setK(2)
        .build();
  }

  private static String hex(ByteString id) {
    return HexFormat.of().formatHex(id.toByteArray());
  }

  @Test
  void aCallOverGrpcGoesOnWithItsCallersTrace() throws Exception {
    try (TestServer server = new TestServer(config(1, false))) {
      server.upsert(item("a", "books", 1).build(), item("b", "books", 2).build());
      server.click("somebody's visit", "a");
      recommend(server, "01");
      Span span = collector.await(s -> s.getName().equals(RECOMMEND));
      assertThat(hex(span.getTraceId())).isEqualTo(TRACE);
      assertThat(hex(span.getParentSpanId())).isEqualTo(PARENT);
      assertThat(span.getTraceState()).isEqualTo("shop=1");
      assertThat(span.getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_SERVER);
      assertThat(attributes(span.getAttributesList()))
          .containsExactlyInAnyOrderEntriesOf(
              Map.of(
                  "rpc.system.name", "grpc",
                  "rpc.method", RECOMMEND,
                  "rpc.response.status_code", "OK",
                  "dolmen.k", "2",
                  "dolmen.session.events", "1",
                  "dolmen.items", "1",
                  "dolmen.messages", "1"));
      assertStages(
          span,
          "dolmen.admission",
          "dolmen.session",
          "dolmen.candidates",
          "dolmen.search",
          "dolmen.answer");
    }
    assertThat(collector.seen().toString()).doesNotContain("somebody", "127.0.0.1");
  }

  /** In this order, one after the other, within the call. */
  private void assertStages(Span call, String... names) {
    List<Span> stages =
        collector.seen().stream()
            .filter(s -> s.getParentSpanId().equals(call.getSpanId()))
            .sorted(Comparator.comparingLong(Span::getStartTimeUnixNano))
            .toList();
    assertThat(stages).extracting(Span::getName).containsExactly(names);
    long at = call.getStartTimeUnixNano();
    for (Span stage : stages) {
      assertThat(stage.getTraceId()).isEqualTo(call.getTraceId());
      assertThat(stage.getStartTimeUnixNano()).isGreaterThanOrEqualTo(at);
      at = stage.getEndTimeUnixNano();
    }
    assertThat(at).isLessThanOrEqualTo(call.getEndTimeUnixNano());
  }

  @Test
  void aRequestOverHttpDoes() throws Exception {
    try (TestServer server = new TestServer(config(1, false));
        HttpClientCalls http = new HttpClientCalls(server.running().httpPort())) {
      server.upsert(item("a", "books", 1).build());
      http.send(
          http.request("/v1/recommend")
              .header("content-type", "application/json")
              .header("traceparent", "00-" + TRACE + "-" + PARENT + "-01")
              .POST(
                  HttpRequest.BodyPublishers.ofString(
                      "{\"k\": 1, \"session\": {\"session_id\": \"s\"}}")));
      http.get("/v1/items/a/similar?k=0");
      http.get("/somewhere/else");
      Span call = collector.await(s -> s.getName().equals("POST /v1/recommend"));
      assertThat(hex(call.getTraceId())).isEqualTo(TRACE);
      assertThat(hex(call.getParentSpanId())).isEqualTo(PARENT);
      assertThat(attributes(call.getAttributesList()))
          .containsEntry("http.request.method", "POST")
          .containsEntry("http.route", "/v1/recommend")
          .containsEntry("http.response.status_code", "200")
          .containsEntry("url.scheme", "http");
      Span refused = collector.await(s -> s.getName().equals("GET /v1/items/{item_id}/similar"));
      assertThat(attributes(refused.getAttributesList()))
          .containsEntry("http.response.status_code", "400");
      assertThat(refused.getStatus().getCodeValue()).isZero();
      assertThat(hex(refused.getTraceId())).isNotEqualTo(TRACE);
      Span elsewhere = collector.await(s -> s.getName().equals("GET"));
      assertThat(attributes(elsewhere.getAttributesList()))
          .containsEntry("http.response.status_code", "404")
          .doesNotContainKey("http.route");
      assertStages(
          call,
          "dolmen.admission",
          "dolmen.session",
          "dolmen.candidates",
          "dolmen.search",
          "dolmen.answer");
    }
  }

  @Test
  void theLogsPartIsSeen() throws Exception {
    try (TestServer server = new TestServer(config(1, false))) {
      server.upsert(item("a", "books", 1).build());
      server.publish(TestServer.event("1", "s", "a", 0).build());
      Span published = collector.await(s -> s.getName().endsWith("FeedbackService/PublishBatch"));
      assertThat(attributes(published.getAttributesList())).containsEntry("dolmen.records", "1");
      assertStages(published, "dolmen.log.append");
      Span upserted = collector.await(s -> s.getName().endsWith("CatalogService/UpsertItems"));
      assertStages(upserted, "dolmen.log.append", "dolmen.apply");
    }
  }

  @Test
  void whatACallerDoesWrongIsNoFaultOfTheServer() throws Exception {
    try (TestServer server = new TestServer(config(1, false))) {
      assertThatThrownBy(
              () -> server.recommendations().similar(SimilarRequest.newBuilder().setK(1).build()))
          .isInstanceOf(StatusRuntimeException.class);
      Span wrong = collector.await(s -> s.getName().endsWith("/Similar"));
      assertThat(attributes(wrong.getAttributesList()))
          .containsEntry("rpc.response.status_code", "INVALID_ARGUMENT")
          .doesNotContainKey("error.type");
      assertThat(wrong.getStatus().getCodeValue()).isZero();
    }
  }

  /** A caller invents as many names as it likes. */
  @Test
  void methodsThatThereAreNotHaveOneName() throws Exception {
    MethodDescriptor<RecommendRequest, RecommendResponse> invented =
        RecommendationServiceGrpc.getRecommendMethod().toBuilder()
            .setFullMethodName("invented.Service/Method")
            .build();
    try (TestServer server = new TestServer(config(1, false))) {
      assertThatThrownBy(() ->
              ClientCalls.blockingUnaryCall(
                  server.channel, invented, CallOptions.DEFAULT, request()))
          .satisfies(e ->
              assertThat(Status.fromThrowable(e).getCode()).isEqualTo(Status.Code.UNIMPLEMENTED));
      Span span = collector.await(s -> s.getName().equals("grpc"));
      assertThat(attributes(span.getAttributesList()))
          .containsEntry("rpc.method", "_OTHER")
          .containsEntry("error.type", "UNIMPLEMENTED");
      assertThat(collector.seen().toString()).doesNotContain("invented");
    }
  }

  @Test
  void theRatioAndTheCallersWordDecide() throws Exception {
    try (TestServer server = new TestServer(config(1, false))) {
      recommend(server, "00"); // Its caller does not trace it.
      server.recommendations().recommend(request());
    }
    List<Span> spans = collector.seen();
    assertThat(spans).filteredOn(s -> s.getName().equals(RECOMMEND)).hasSize(1);
    assertThat(spans).noneMatch(s -> hex(s.getTraceId()).equals(TRACE));
  }

  @Test
  void aSmallRatioTakesWhatItsCallersTrace() throws Exception {
    try (TestServer server = new TestServer(config(1e-9, false))) {
      server.recommendations().recommend(request());
      recommend(server, "01");
    }
    assertThat(collector.seen()).isNotEmpty().allMatch(s -> hex(s.getTraceId()).equals(TRACE));
  }

  @Test
  void noRatioNoTrace() throws Exception {
    try (TestServer server = new TestServer(config(0, false))) {
      recommend(server, "01");
      assertThat(server.running().meters().find("dolmen.telemetry.spans").counters()).isEmpty();
    }
    assertThat(collector.seen()).isEmpty();
  }

  @Test
  void sessionsAreNamedWhereTheyAreWanted() throws Exception {
    try (TestServer server = new TestServer(config(1, true))) {
      recommend(server, "01");
    }
    assertThat(collector.seen())
        .filteredOn(s -> s.getName().equals(RECOMMEND))
        .singleElement()
        .satisfies(s ->
            assertThat(attributes(s.getAttributesList()))
                .containsEntry("session.id", "somebody's visit"));
  }

  @Test
  void headersAndNamesOfTheServiceComeAlong() throws Exception {
    Path file = directory.resolve("headers");
    Files.writeString(file, "# of the collector\nX-Api-Key: secret one\n");
    DolmenConfig config = config(1, false);
    OtlpConfig plain = config.telemetry();
    OtlpConfig keyed =
        new OtlpConfig(
            plain.endpoint(),
            file.toString(),
            "",
            plain.timeout(),
            "shop-a",
            plain.traces(),
            Duration.ZERO);
    try (TestServer server = new TestServer(config.withTelemetry(keyed))) {
      recommend(server, "01");
    }
    OtlpCollector.Sent sent = collector.next();
    assertThat(sent.headers())
        .containsEntry("x-api-key", "secret one")
        .containsEntry("content-type", "application/x-protobuf");
    assertThat(attributes(sent.traces().getResourceSpans(0).getResource().getAttributesList()))
        .containsEntry("service.name", "shop-a")
        .containsEntry("service.version", Version.text())
        .containsKey("service.instance.id");
  }

  @Test
  void aHeadersFileThatCannotBeUsedIsRefusedWithoutShowingIt() throws Exception {
    Path file = directory.resolve("headers");
    Files.writeString(file, "x-api-key: one\nsecret without a name\n");
    DolmenConfig config = config(1, false);
    OtlpConfig plain = config.telemetry();
    OtlpConfig keyed =
        new OtlpConfig(
            plain.endpoint(),
            file.toString(),
            "",
            plain.timeout(),
            "shop-a",
            plain.traces(),
            Duration.ZERO);
    assertThatThrownBy(() -> new TestServer(config.withTelemetry(keyed)).close())
        .isInstanceOf(StartException.class)
        .hasMessageContaining("telemetry.otlp.headers_file")
        .hasMessageContaining("line 2")
        .message()
        .doesNotContain("secret");
  }

  @Test
  void filesAreCheckedBeforeAStart() throws Exception {
    Path file = directory.resolve("authorities");
    DolmenConfig config = config(1, false);
    OtlpConfig plain = config.telemetry();
    OtlpConfig secured =
        new OtlpConfig(
            plain.endpoint(),
            "",
            file.toString(),
            plain.timeout(),
            "shop-a",
            plain.traces(),
            Duration.ZERO);
    for (String text :
        List.of("", "no PEM", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")) {
      Files.writeString(file, text);
      assertThatThrownBy(() -> StartCheck.of(config.withTelemetry(secured), TestServer.ticking()))
          .isInstanceOf(StartException.class)
          .hasMessageContaining("telemetry.otlp.authorities_file: " + file)
          .hasMessageContaining("certificates as PEM");
    }
    Files.delete(file);
    assertThatThrownBy(() -> StartCheck.of(config.withTelemetry(secured), TestServer.ticking()))
        .hasMessageContaining("no such file");
  }
}
