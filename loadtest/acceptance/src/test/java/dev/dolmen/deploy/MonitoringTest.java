package dev.dolmen.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.server.StandaloneServer;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.trainer.ClusterFigures;
import dev.dolmen.trainer.FollowerMeters;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.RecommendationServiceGrpc;
import dev.dolmen.v1.SessionContext;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** Alerts and dashboards against the metrics that there are. */
class MonitoringTest {
  private static final Path MONITORING = DeployFolder.DEPLOY.resolve("monitoring");
  private static final Pattern METRIC = Pattern.compile("\\b(dolmen|jvm|process)_[a-z0-9_]+");

  private static final Pattern SELECTOR = Pattern.compile("([a-z0-9_]+)\\{([^}]*)}");
  private static final Pattern EQUALS = Pattern.compile("([a-z_]+)=(\"[^\"]*\")");

  /** Of a server with a certificate alone, as its own test says. */
  private static final String WITH_TLS = "dolmen_tls_certificate_expiry_seconds";

  private static final YAMLMapper YAML = new YAMLMapper();

  @Test
  void alertsAndDashboardsUseMetricsThatThereAre(@TempDir Path directory) throws Exception {
    Set<String> used = new TreeSet<>();
    Stream.concat(alerts().stream(), queries().stream())
        .forEach(query -> METRIC.matcher(query).results().forEach(m -> used.add(m.group())));
    assertThat(used).hasSizeGreaterThan(40);
    assertThat(used.remove(WITH_TLS)).isTrue();
    List<String> lines = scraped(directory);
    assertThat(lines.stream().map(line -> line.replaceFirst("[{ ].*", "")).toList())
        .containsAll(used);
    assertLabelsAreThere(lines);
  }

  /** A query for a value that no label has is silent for ever. */
  private static void assertLabelsAreThere(List<String> lines) {
    Set<String> missing = new TreeSet<>();
    Stream.concat(alerts().stream(), queries().stream())
        .flatMap(query -> SELECTOR.matcher(query).results())
        .forEach(selector ->
            EQUALS
                .matcher(selector.group(2))
                .results()
                .filter(label -> !label.group(1).equals("job")) // Prometheus' own.
                .map(label -> label.group(1) + "=" + label.group(2))
                .filter(label -> !isThere(selector.group(1), label, lines))
                .forEach(label -> missing.add(selector.group(1) + "{" + label + "}")));
    assertThat(missing).isEmpty();
  }

  private static boolean isThere(String metric, String label, List<String> lines) {
    return lines.stream().anyMatch(line -> line.startsWith(metric + "{") && line.contains(label));
  }

  @Test
  void theObjectOfPrometheusOperatorHasTheAlertsThatAreTested() {
    JsonNode rule =
        YAML.readTree(
            DeployFolder.DEPLOY.resolve("kubernetes/components/monitoring/prometheus-rule.yaml"));
    assertThat(rule.at("/spec"))
        .isEqualTo(YAML.readTree(MONITORING.resolve("alerts.yaml")))
        .isNotEmpty();
  }

  /** Of {@code promtool test rules}, and of the operator who reads the message. */
  @Test
  void eachAlertIsTriedAndHasCauseAndAction() throws IOException {
    String tests = Files.readString(MONITORING.resolve("alerts.test.yaml"));
    String handbook = Files.readString(DeployFolder.REPOSITORY.resolve("docs/operating.md"));
    int commands = handbook.indexOf("\n### Look behind an alert\n");
    assertThat(commands).isPositive();
    String behind = handbook.substring(commands, handbook.indexOf("\n### ", commands + 1));
    List<String> names =
        YAML.readTree(MONITORING.resolve("alerts.yaml")).findValuesAsString("alert");
    assertThat(names).hasSizeGreaterThan(15).doesNotHaveDuplicates();
    assertThat(names)
        .allSatisfy(name -> {
          assertThat(tests).contains("alertname=\"" + name + "\"");
          assertThat(handbook).contains("| `" + name + "` |");
          assertThat(behind).contains("`" + name + "`");
        });
  }

  @Test
  void everyPanelHasATitleAndAQueryOfItsOwn() {
    for (JsonNode dashboard : dashboards()) {
      Set<Integer> ids = new TreeSet<>();
      for (JsonNode panel : dashboard.at("/panels")) {
        assertThat(panel.at("/title").asString()).isNotBlank();
        assertThat(ids.add(panel.at("/id").asInt())).isTrue();
        if (!panel.at("/type").asString().equals("row")) {
          assertThat(panel.at("/targets")).isNotEmpty();
        }
      }
    }
  }

  private static List<String> alerts() {
    return YAML.readTree(MONITORING.resolve("alerts.yaml")).findValuesAsString("expr");
  }

  static List<String> queries() {
    return dashboards().stream().flatMap(d -> d.findValuesAsString("expr").stream()).toList();
  }

  private static List<JsonNode> dashboards() {
    try (Stream<Path> files = Files.list(MONITORING.resolve("dashboards"))) {
      return files.sorted().map(file -> new JsonMapper().readTree(file)).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What a server that was asked once says, and what one of a cluster says besides. */
  private static List<String> scraped(Path directory) throws Exception {
    PrometheusMeterRegistry cluster = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    ClusterFigures figures = new ClusterFigures("server", 1, false, 1, 0, 0, 0, 0, 0, 0, 0);
    FollowerMeters.register(cluster, figures, f -> f);
    try (StandaloneServer server = StandaloneServer.start(config(directory))) {
      ask(server.port());
      awaitCollection(server);
      return Stream.concat(server.meters().scrape().lines(), cluster.scrape().lines())
          .filter(line -> !line.startsWith("#"))
          .toList();
    } finally {
      cluster.close();
    }
  }

  /** Pauses are a metric from the first one on, which the JVM tells of on a thread of its own. */
  private static void awaitCollection(StandaloneServer server) throws InterruptedException {
    System.gc();
    for (int i = 0; i < 600 && !server.meters().scrape().contains("jvm_gc_pause_seconds"); i++) {
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  private static DolmenConfig config(Path directory) throws Exception {
    return DolmenConfig.load(
        DeployFolder.CONFIG,
        Map.of(
            "DOLMEN_DATA_DIRECTORY", directory.resolve("data").toString(),
            "DOLMEN_SERVER_HOST", "127.0.0.1",
            "DOLMEN_SERVER_PORT", "0",
            "DOLMEN_SERVER_METRICS", "false",
            "DOLMEN_SERVER_WARM_UP", "0s"));
  }

  private static void ask(int port) throws InterruptedException {
    ManagedChannel channel =
        Grpc.newChannelBuilder("127.0.0.1:" + port, InsecureChannelCredentials.create()).build();
    try {
      RecommendationServiceGrpc.newBlockingStub(channel)
          .withDeadlineAfter(30, TimeUnit.SECONDS)
          .recommend(
              RecommendRequest.newBuilder()
                  .setSession(SessionContext.newBuilder().setSessionId("somebody"))
                  .setK(5)
                  .build());
    } finally {
      channel.shutdownNow();
      channel.awaitTermination(10, TimeUnit.SECONDS);
    }
  }
}
