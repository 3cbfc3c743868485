package dev.dolmen.server;

import static dev.dolmen.server.OtlpCollector.attributes;
import static dev.dolmen.server.TestServer.item;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.server.OtlpCollector.Mood;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.server.config.OtlpConfig;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.SessionContext;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.metrics.v1.AggregationTemporality;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.metrics.v1.SummaryDataPoint;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a collector is sent of metrics, next to what Prometheus scrapes. */
class OtlpMetricsTest {
  private static final String REQUESTS = "dolmen_requests_seconds";

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

  private DolmenConfig config() {
    OtlpConfig off = OtlpConfig.OFF;
    return TestServer.config(directory.resolve("data"))
        .withTelemetry(
            new OtlpConfig(
                collector.endpoint(),
                "",
                "",
                off.timeout(),
                "shop-a",
                new OtlpConfig.Traces(0, 512, false),
                Duration.ofSeconds(1)));
  }

  private static void ask(TestServer server) {
    server
        .recommendations()
        .recommend(
            RecommendRequest.newBuilder()
                .setSession(SessionContext.newBuilder().setSessionId("s"))
                .setK(1)
                .build());
  }

  private static List<Metric> metrics(ExportMetricsServiceRequest sent) {
    return sent.getResourceMetricsList().stream()
        .flatMap(resource -> resource.getScopeMetricsList().stream())
        .flatMap(scope -> scope.getMetricsList().stream())
        .toList();
  }

  private static Metric named(ExportMetricsServiceRequest sent, String name) {
    return metrics(sent).stream().filter(m -> m.getName().equals(name)).findFirst().orElseThrow();
  }

  private ExportMetricsServiceRequest nextWith(String name) throws InterruptedException {
    while (true) {
      ExportMetricsServiceRequest next = collector.nextMetrics();
      if (metrics(next).stream().anyMatch(m -> m.getName().equals(name))) {
        return next;
      }
    }
  }

  /** Names and labels of the lines that a scrape would have of these. */
  private static Set<String> series(List<Metric> metrics) {
    Set<String> series = new TreeSet<>();
    for (Metric metric : metrics) {
      switch (metric.getDataCase()) {
        case GAUGE -> metric.getGauge().getDataPointsList().forEach(p -> add(series, metric, p));
        case SUM -> metric.getSum().getDataPointsList().forEach(p -> add(series, metric, p));
        case HISTOGRAM -> {
          for (HistogramDataPoint point : metric.getHistogram().getDataPointsList()) {
            Map<String, String> labels = attributes(point.getAttributesList());
            series.add(line(metric.getName() + "_count", labels));
            series.add(line(metric.getName() + "_sum", labels));
            series.add(line(metric.getName() + "_bucket", labels));
          }
        }
        case SUMMARY -> {
          for (SummaryDataPoint point : metric.getSummary().getDataPointsList()) {
            Map<String, String> labels = attributes(point.getAttributesList());
            series.add(line(metric.getName() + "_count", labels));
            series.add(line(metric.getName() + "_sum", labels));
            if (point.getQuantileValuesCount() > 0) {
              series.add(line(metric.getName(), labels));
            }
          }
        }
        default -> throw new AssertionError(metric);
      }
    }
    return series;
  }

  private static void add(Set<String> series, Metric metric, NumberDataPoint point) {
    series.add(line(metric.getName(), attributes(point.getAttributesList())));
  }

  private static String line(String name, Map<String, String> labels) {
    return name
        + labels.entrySet().stream()
            .filter(e -> !e.getKey().equals("le") && !e.getKey().equals("quantile"))
            .map(e -> e.getKey() + "=" + e.getValue())
            .sorted()
            .toList();
  }

  /** The same of what is scraped: {@code name{label="value",} value}. */
  private static Set<String> scraped(String text) {
    Set<String> series = new TreeSet<>();
    for (String line : text.lines().filter(l -> !l.startsWith("#")).toList()) {
      int brace = line.indexOf('{');
      if (brace < 0) {
        series.add(line(line.substring(0, line.indexOf(' ')), Map.of()));
        continue;
      }
      List<String> labels = new ArrayList<>();
      for (String label : line.substring(brace + 1, line.lastIndexOf('}')).split("(?<=\"),", -1)) {
        labels.add(label);
      }
      series.add(
          line(
              line.substring(0, brace),
              labels.stream()
                  .filter(label -> !label.isEmpty())
                  .map(label -> label.split("=", 2))
                  .collect(
                      Collectors.toMap(
                          part -> part[0], part -> part[1].substring(1, part[1].length() - 1)))));
    }
    return series;
  }

  @Test
  void whatIsScrapedIsSentUnderTheSameNames() throws Exception {
    try (TestServer server = new TestServer(config())) {
      server.upsert(item("a", "books", 1).build());
      server.click("s", "a");
      ask(server);
      nextWith(REQUESTS);
      Set<String> before = scraped(server.running().meters().scrape());
      ExportMetricsServiceRequest sent = collector.nextMetrics();
      while (!series(metrics(sent)).containsAll(before)) {
        sent = collector.nextMetrics();
      }
      // A meter that comes later is in both: what is sent is nothing that is not scraped.
      assertThat(scraped(server.running().meters().scrape())).containsAll(series(metrics(sent)));
      assertThat(before).hasSizeGreaterThan(200);
    }
  }

  @Test
  void countersAndHistogramsCountFromTheStart() throws Exception {
    ExportMetricsServiceRequest last = null;
    try (TestServer server = new TestServer(config())) {
      for (int i = 0; i < 3; i++) {
        ask(server);
      }
      last = nextWith(REQUESTS);
    }
    // Once more, at the end.
    ExportMetricsServiceRequest end = nextWith(REQUESTS);
    Metric requests = named(end, REQUESTS);
    assertThat(requests.getHistogram().getAggregationTemporality())
        .isEqualTo(AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE);
    HistogramDataPoint recommended =
        requests.getHistogram().getDataPointsList().stream()
            .filter(p ->
                attributes(p.getAttributesList()).getOrDefault("method", "").endsWith("/Recommend"))
            .findFirst()
            .orElseThrow();
    assertThat(recommended.getCount()).isEqualTo(3);
    assertThat(recommended.getBucketCountsList().stream().mapToLong(Long::longValue).sum())
        .isEqualTo(3);
    assertThat(recommended.getBucketCountsCount())
        .isEqualTo(recommended.getExplicitBoundsCount() + 1);
    assertThat(recommended.getExplicitBoundsList()).isSorted().contains(0.001, 1.0);
    assertThat(recommended.getSum()).isPositive();
    Metric taken = named(end, "dolmen_telemetry_metrics_total");
    assertThat(taken.getSum().getIsMonotonic()).isTrue();
    NumberDataPoint sent =
        taken.getSum().getDataPointsList().stream()
            .filter(p -> attributes(p.getAttributesList()).containsValue("sent"))
            .findFirst()
            .orElseThrow();
    assertThat(sent.getAsDouble()).isGreaterThanOrEqualTo(metrics(last).size());
    assertThat(sent.getTimeUnixNano()).isGreaterThan(sent.getStartTimeUnixNano());
    assertThat(attributes(end.getResourceMetrics(0).getResource().getAttributesList()))
        .containsEntry("service.name", "shop-a");
  }

  @Test
  void aCollectorThatRefusesIsSentTheNextOnes() throws Exception {
    collector.become(Mood.REFUSES);
    try (TestServer server = new TestServer(config())) {
      while (server
              .running()
              .meters()
              .get("dolmen.telemetry.metrics")
              .tag("outcome", "failed")
              .counter()
              .count()
          == 0) {
        ask(server);
        Thread.sleep(10);
      }
      collector.become(Mood.TAKES);
      assertThat(metrics(nextWith(REQUESTS))).isNotEmpty();
    }
  }
}
