package dev.dolmen.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.server.config.DolmenConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** The configuration that ships, against the program that reads it and the files that run it. */
class DeployConfigTest {
  private static final String DATA = "/var/lib/dolmen";

  @Test
  void theServerAcceptsItAndListensWhereItIsCalled() throws Exception {
    DolmenConfig config =
        DolmenConfig.load(
            DeployFolder.CONFIG,
            Map.of(
                "DOLMEN_CONFIG", "/etc/dolmen/dolmen.yaml",
                "DOLMEN_DATA_DIRECTORY", DATA,
                "DOLMEN_LOG_FORMAT", "json"));
    ManifestChecks manifests = new ManifestChecks(KubernetesManifestsTest.sources());

    assertThat(config.dataDirectory()).isEqualTo(Path.of(DATA));
    assertThat(config.server().port()).isEqualTo(manifests.containerPort("grpc"));
    assertThat(config.server().metricsPort()).isEqualTo(manifests.containerPort("metrics"));
    // Calls end within the grace, then the last snapshot is written.
    assertThat(manifests.statefulSet().getSpec().getTemplate().getSpec())
        .extracting(pod -> pod.getTerminationGracePeriodSeconds())
        .satisfies(seconds ->
            assertThat(seconds)
                .isGreaterThanOrEqualTo(config.server().shutdownGrace().toSeconds() + 60));
  }

  @Test
  void theImageKeepsItsDataWhereTheVolumesAre() throws Exception {
    String dockerfile = Files.readString(DeployFolder.DEPLOY.resolve("Dockerfile"));
    assertThat(dockerfile)
        .contains("DOLMEN_DATA_DIRECTORY=" + DATA + "\n")
        .contains("\nVOLUME " + DATA + "\n");
    assertThat(Files.readString(DeployFolder.STANDALONE.resolve("stateful-set.yaml")))
        .contains("mountPath: " + DATA + "\n");
    JsonNode dolmen = compose().at("/services/dolmen");
    assertThat(dolmen.at("/volumes/0").asString()).isEqualTo("data:" + DATA);
  }

  @Test
  void theComposeFileNamesFilesThatAreThere() {
    JsonNode dolmen = compose().at("/services/dolmen");
    Path context = DeployFolder.DEPLOY.resolve(dolmen.at("/build/context").asString()).normalize();
    assertThat(context).isEqualTo(DeployFolder.REPOSITORY);
    assertThat(context.resolve(dolmen.at("/build/dockerfile").asString())).isRegularFile();
    String config = dolmen.at("/volumes/1").asString();
    assertThat(config).endsWith(":/etc/dolmen/dolmen.yaml:ro");
    assertThat(DeployFolder.DEPLOY.resolve(config.substring(0, config.indexOf(':'))).normalize())
        .isEqualTo(DeployFolder.CONFIG);
  }

  private static JsonNode compose() {
    return new YAMLMapper().readTree(DeployFolder.DEPLOY.resolve("compose.yaml"));
  }
}
