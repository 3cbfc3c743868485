package dev.dolmen.server;

import static dev.dolmen.server.HttpClientCalls.failure;
import static dev.dolmen.server.HttpClientCalls.good;
import static dev.dolmen.server.charts.StandInPrometheus.line;
import static dev.dolmen.server.charts.StandInPrometheus.matrix;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dolmen.server.charts.StandInPrometheus;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.server.config.PrometheusConfig;
import dev.dolmen.v1.ChartSpan;
import dev.dolmen.v1.GetChartsRequest;
import dev.dolmen.v1.GetChartsResponse;
import dev.dolmen.v1.GetStatusRequest;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.SessionContext;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Charts of a running server, over real sockets, and what they are asked by. */
class ChartsServingTest {
  private static final Pattern METRIC = Pattern.compile("\\b(?:dolmen|process)_[a-z0-9_]+");
  private static final Pattern LABEL = Pattern.compile("([a-z0-9_]+)\\{([a-z]+)(!?=)(\"[^\"]*\")");

  @TempDir Path directory;

  private DolmenConfig config(String url) {
    return config(directory.resolve("data"), url);
  }

  /** A server that asks a Prometheus. */
  static DolmenConfig config(Path data, String url) {
    DolmenConfig plain = TestServer.config(data);
    PrometheusConfig asked = new PrometheusConfig(url, "", "", "", Duration.ofSeconds(10));
    return plain.withServer(
        plain.server().with(s -> s.http(plain.server().http().withPrometheus(asked))));
  }

  /** A query for a metric, or a label, that is not there is silent for ever. */
  @Test
  void chartsAreOfMetricsThatThereAre() throws Exception {
    try (StandInPrometheus prometheus =
            new StandInPrometheus(200, matrix(line("calls", "[1772366400, \"2.5\"]")));
        TestServer server = new TestServer(config(prometheus.url()));
        HttpClientCalls http = new HttpClientCalls(server.running().httpPort())) {
      server
          .recommendations()
          .recommend(
              RecommendRequest.newBuilder()
                  .setSession(SessionContext.newBuilder().setSessionId("somebody"))
                  .setK(1)
                  .build());
      JsonNode answer = good(http.get("/v1/charts?span=CHART_SPAN_DAY"));
      assertThat(answer.at("/step_seconds").asInt()).isEqualTo(600);
      assertThat(answer.at("/series/0/name").asText()).isEqualTo("calls");
      assertThat(answer.at("/series/0/points/0/value").asDouble()).isEqualTo(2.5);
      assertThat(answer.at("/series/0/points/0/time").asText()).isEqualTo("2026-03-01T12:00:00Z");
      GetChartsResponse same =
          server
              .admin()
              .getCharts(GetChartsRequest.newBuilder().setSpan(ChartSpan.CHART_SPAN_DAY).build());
      assertThat(same.getSeriesList()).hasSize(8);
      assertThat(server.admin().getStatus(GetStatusRequest.getDefaultInstance()).getHasCharts())
          .isTrue();
      assertThat(prometheus.requests()).hasSize(1);
      String query = prometheus.requests().getFirst().form().get("query");
      List<String> lines =
          server.running().meters().scrape().lines().filter(l -> !l.startsWith("#")).toList();
      Set<String> used = new TreeSet<>();
      METRIC.matcher(query).results().forEach(metric -> used.add(metric.group()));
      assertThat(used).hasSize(9);
      assertThat(lines.stream().map(line -> line.replaceFirst("[{ ].*", "")).toList())
          .containsAll(used);
      assertThat(LABEL.matcher(query).results().toList())
          .hasSize(3)
          .allSatisfy(label ->
              assertThat(lines)
                  .anySatisfy(line ->
                      assertThat(line)
                          .startsWith(label.group(1) + "{")
                          .contains(label.group(2) + "=" + label.group(4))));
    }
  }

  @Test
  void whatCannotBeAskedIsSaid() throws Exception {
    try (StandInPrometheus prometheus = new StandInPrometheus(503, "");
        TestServer server = new TestServer(config(prometheus.url()));
        HttpClientCalls http = new HttpClientCalls(server.running().httpPort())) {
      assertThat(failure(http.get("/v1/charts?span=CHART_SPAN_HOUR"), 503).toString())
          .contains("status 503");
      for (String query : List.of("", "?span=CHART_SPAN_UNSPECIFIED", "?span=9", "?span=YEAR")) {
        assertThat(failure(http.get("/v1/charts" + query), 400).toString())
            .as(query)
            .contains("span");
      }
      assertThat(failure(http.get("/v1/charts?span=CHART_SPAN_HOUR&query=up"), 400).toString())
          .contains("query");
      assertThat(prometheus.requests()).hasSize(1);
    }
  }

  @Test
  void withoutPrometheusThereAreThoseOfTheLastMinutesAlone() throws Exception {
    try (TestServer server = new TestServer(directory.resolve("data"));
        HttpClientCalls http = new HttpClientCalls(server.running().httpPort())) {
      assertThat(failure(http.get("/v1/charts?span=CHART_SPAN_HOUR"), 400).at("/message").asText())
          .contains("server.http.prometheus.url");
      assertThat(good(http.get("/v1/status")).at("/has_charts").asBoolean()).isFalse();
      server.upsert(
          TestServer.item("a", "books", 1).build(), TestServer.item("b", "books", 2).build());
      JsonNode answer = lastMinutesWithAPointOfCalls(http);
      assertThat(answer.at("/step_seconds").asInt()).isEqualTo(5);
      assertThat(answer.at("/span_seconds").asInt()).isEqualTo(900);
      Instant end = Instant.parse(answer.at("/end").asText());
      for (JsonNode line : answer.at("/series")) {
        for (JsonNode point : line.at("/points")) {
          assertThat(Instant.parse(point.at("/time").asText()))
              .isBetween(end.minusSeconds(900), end);
        }
      }
      assertThat(newest(answer, "calls")).isPositive();
      assertThat(newest(answer, "call_seconds")).isBetween(1e-6, 60.0);
      assertThat(newest(answer, "failed_calls")).isBetween(0.0, 1.0);
      assertThat(newest(answer, "lag_records")).isNotNegative();
      assertThat(newest(answer, "resident_bytes")).isGreaterThan(10e6);
      assertThat(newest(answer, "recall_at_20")).as("nothing was predicted").isNaN();
    }
  }

  /** Asks until a point was taken, which is after some seconds; each time is a call. */
  private static JsonNode lastMinutesWithAPointOfCalls(HttpClientCalls http) throws Exception {
    for (; ; ) {
      JsonNode answer = good(http.get("/v1/charts?span=CHART_SPAN_MINUTES"));
      assertThat(answer.at("/series").findValuesAsText("name"))
          .containsExactly(
              "calls",
              "events_learned",
              "failed_calls",
              "call_seconds",
              "freshness_p99_seconds",
              "lag_records",
              "recall_at_20",
              "resident_bytes");
      if (newest(answer, "calls") > 0) {
        return answer;
      }
      TimeUnit.MILLISECONDS.sleep(100);
    }
  }

  /** The last value of a figure; NaN if it has none. */
  private static double newest(JsonNode answer, String name) {
    double newest = Double.NaN;
    for (JsonNode line : answer.at("/series")) {
      for (JsonNode point : line.at("/points")) {
        newest = line.at("/name").asText().equals(name) ? point.at("/value").asDouble() : newest;
      }
    }
    return newest;
  }
}
