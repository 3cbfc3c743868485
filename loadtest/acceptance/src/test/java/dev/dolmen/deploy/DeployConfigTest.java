package dev.dolmen.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolmen.server.StartCheck;
import dev.dolmen.server.StartException;
import dev.dolmen.server.access.KeyFile;
import dev.dolmen.server.access.Role;
import dev.dolmen.server.config.DolmenConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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
    assertThat(config.server().http().port()).isEqualTo(manifests.containerPort("http"));
    // Calls end within the grace, then the last snapshot is written.
    assertThat(manifests.statefulSet().getSpec().getTemplate().getSpec())
        .extracting(pod -> pod.getTerminationGracePeriodSeconds())
        .satisfies(seconds ->
            assertThat(seconds)
                .isGreaterThanOrEqualTo(config.server().shutdownGrace().toSeconds() + 60));
  }

  /** Of the image's environment, without a key and with one. */
  @Test
  void theImageDoesNotLetEverybodyIn(@TempDir Path data) throws Exception {
    Map<String, String> environment = new HashMap<>(imageEnvironment());
    environment.put("DOLMEN_DATA_DIRECTORY", data.toString());
    assertThat(environment).containsEntry("DOLMEN_SERVER_HOST", "0.0.0.0");
    DolmenConfig config = DolmenConfig.load(DeployFolder.CONFIG, environment);
    assertThatThrownBy(() -> StartCheck.of(config, InstantSource.system()))
        .isInstanceOf(StartException.class)
        .hasMessageContaining("server.host: 0.0.0.0 is reached from other machines")
        .hasMessageContaining("dolmen key create");
    new KeyFile("keys", data.resolve("keys"))
        .create("shop", Set.of(Role.READ), Instant.EPOCH, null, new SecureRandom());
    assertThat(StartCheck.of(config, InstantSource.system()).server().host()).isEqualTo("0.0.0.0");
  }

  @Test
  void theComposeFileDoesNotLetEverybodyIn() throws Exception {
    JsonNode dolmen = compose().at("/services/dolmen");
    assertThat(dolmen.toString()).doesNotContainIgnoringCase("insecure");
    assertThat(dolmen.at("/ports").toString())
        .isEqualTo("[\"127.0.0.1:7070:7070\",\"127.0.0.1:7071:7071\",\"127.0.0.1:7080:7080\"]");
    assertThat(Files.readString(DeployFolder.DEPLOY.resolve("compose.yaml")))
        .contains("run --rm dolmen key create ");
  }

  /** Half of the volume's rest is for snapshots, of which some are kept while others are merged. */
  @Test
  void theLogFitsTheVolume() throws Exception {
    ManifestChecks manifests = new ManifestChecks(KubernetesManifestsTest.sources());
    Map<String, String> environment = new HashMap<>(imageEnvironment());
    environment.putAll(manifests.environment());
    DolmenConfig config = DolmenConfig.load(DeployFolder.CONFIG, environment);
    assertThat(config.log().maxBytes()).isPositive();
    long besides = config.log().maxBytes() + config.server().audit().maxBytes();
    assertThat(besides).isLessThan(manifests.volumeBytes() * 2 / 3);
  }

  private static Map<String, String> imageEnvironment() throws IOException {
    String dockerfile = Files.readString(DeployFolder.DEPLOY.resolve("Dockerfile"));
    return Pattern.compile("(DOLMEN_[A-Z_]+)=(\\S+)")
        .matcher(dockerfile)
        .results()
        .collect(Collectors.toMap(m -> m.group(1), m -> m.group(2)));
  }

  @Test
  void theImageKeepsItsDataWhereTheVolumesAre() throws Exception {
    String dockerfile = Files.readString(DeployFolder.DEPLOY.resolve("Dockerfile"));
    assertThat(imageEnvironment()).containsEntry("DOLMEN_DATA_DIRECTORY", DATA);
    assertThat(dockerfile).contains("\nVOLUME " + DATA + "\n");
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
