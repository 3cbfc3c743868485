package dev.dolmen.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.server.cli.DolmenCommand;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.trainer.log.LogOptions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** The compose file of a cluster, against the program and the files that it names. */
class ComposeClusterTest {
  private static final List<String> PROCESSES =
      List.of("trainer1", "trainer2", "server1", "server2");
  private static final YAMLMapper YAML = new YAMLMapper();

  private final JsonNode compose =
      YAML.readTree(DeployFolder.DEPLOY.resolve("compose.cluster.yaml"));

  @Test
  void theProgramKnowsWhatItIsStartedWith() throws Exception {
    Map<String, String> environment = new HashMap<>();
    compose
        .at("/x-dolmen/environment")
        .properties()
        .forEach(e -> environment.put(e.getKey(), e.getValue().asString()));
    DolmenConfig config = DolmenConfig.load(DeployFolder.CONFIG, environment);
    assertThat(config.log().kind()).isEqualTo(LogOptions.Kind.KAFKA);
    assertThat(config.server().access().insecure()).isFalse();
    for (JsonNode service : compose.at("/services")) {
      if (service.has("command") && !service.has("image")) {
        String[] arguments = YAML.convertValue(service.at("/command"), String[].class);
        assertThat(DolmenCommand.commandLine().parseArgs(arguments).errors()).isEmpty();
      }
    }
  }

  @Test
  void portsAreThisMachinesAlone() {
    Map<String, String> ports = new TreeMap<>();
    for (JsonNode service : compose.at("/services")) {
      for (JsonNode port : service.path("ports")) {
        assertThat(port.asString()).startsWith("127.0.0.1:");
        assertThat(ports.put(port.asString().split(":", -1)[1], port.asString())).isNull();
      }
    }
    assertThat(ports).containsKeys("7070", "7170", "7080", "7180", "9090", "3000");
  }

  @Test
  void itNamesFilesThatAreThere() {
    int files = 0;
    for (JsonNode service : compose.at("/services")) {
      for (JsonNode volume : service.path("volumes")) {
        String source = volume.asString().split(":", -1)[0];
        if (source.startsWith("./")) {
          assertThat(DeployFolder.DEPLOY.resolve(source)).exists();
          files++;
        } else {
          assertThat(compose.at("/volumes").has(source)).as(source).isTrue();
        }
      }
    }
    assertThat(files).isGreaterThan(8);
  }

  @Test
  void prometheusScrapesEachProcess() {
    JsonNode prometheus = YAML.readTree(DeployFolder.DEPLOY.resolve("monitoring/prometheus.yaml"));
    assertThat(prometheus.at("/scrape_configs/0/job_name").asString()).isEqualTo("dolmen");
    List<String> targets =
        YAML.convertValue(
            prometheus.at("/scrape_configs/0/static_configs/0/targets"),
            YAML.getTypeFactory().constructCollectionType(List.class, String.class));
    assertThat(targets)
        .containsExactlyElementsOf(PROCESSES.stream().map(name -> name + ":7071").toList());
    assertThat(compose.at("/services").propertyNames()).containsAll(PROCESSES);
  }
}
