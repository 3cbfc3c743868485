package dev.dolmen.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** The chart as helm renders it: the same objects as the overlays. */
@Tag("containers")
class HelmChartTest {
  private static final YAMLMapper YAML = new YAMLMapper();

  @Test
  void aloneItIsTheOverlay() throws Exception {
    assertThat(objects(RenderedYaml.ofChart("mode=standalone")))
        .isEqualTo(objects(RenderedYaml.ofOverlay(DeployFolder.STANDALONE)))
        .hasSize(6);
  }

  @Test
  void asAClusterItIsTheOverlay() throws Exception {
    assertThat(objects(RenderedYaml.ofChart("mode=cluster")))
        .isEqualTo(objects(RenderedYaml.ofOverlay(DeployFolder.CLUSTER)))
        .hasSize(12);
  }

  @Test
  void withMonitoringItIsTheOverlayWithTheComponent(@TempDir Path copy) throws Exception {
    copyTo(copy);
    Path overlay = copy.resolve("kubernetes/overlays/cluster");
    Path kustomization = overlay.resolve("kustomization.yaml");
    Files.writeString(
        kustomization,
        Files.readString(kustomization)
            .replace("\ncomponents:\n", "\ncomponents:\n  - ../../components/monitoring\n"));
    assertThat(objects(RenderedYaml.ofChart("mode=cluster", "monitoring.enabled=true")))
        .isEqualTo(objects(RenderedYaml.ofOverlay(overlay)))
        .hasSize(14)
        .containsKeys("ServiceMonitor dolmen", "PrometheusRule dolmen");
  }

  @Test
  void everyKindHasTheKeysThatItKnows() throws Exception {
    String all =
        RenderedYaml.ofChart(
            "mode=cluster",
            "monitoring.enabled=true",
            "imagePullSecrets[0].name=registry",
            "trainer.storageClassName=fast",
            "server.nodeSelector.pool=serving",
            "env.DOLMEN_SNAPSHOTS_INTERVAL=1m");
    assertThat(KubernetesObjects.parse(all).all()).hasSize(12);
    assertThat(all).contains("storageClassName: fast", "pool: serving", "name: registry");
  }

  @Test
  void valuesThatCannotBeAreRefused() {
    assertThatThrownBy(() -> RenderedYaml.ofChart("mode=many")).isInstanceOf(AssertionError.class);
    assertThatThrownBy(() -> RenderedYaml.ofChart("replicas=3")).isInstanceOf(AssertionError.class);
    assertThatThrownBy(() -> RenderedYaml.ofChart("mode=cluster", "server.minReplicas=20"))
        .isInstanceOf(AssertionError.class);
  }

  private static void copyTo(Path copy) throws IOException {
    try (Stream<Path> files = Files.walk(DeployFolder.DEPLOY)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path to = copy.resolve(DeployFolder.DEPLOY.relativize(file));
        Files.createDirectories(to.getParent());
        Files.copy(file, to);
      }
    }
  }

  /**
   * By kind and name, without what only one of the two tools writes: labels of the objects
   * themselves, the release in selectors, and how a change of the configuration rolls the pods.
   */
  private static Map<String, JsonNode> objects(String yaml) {
    Map<String, JsonNode> found = new TreeMap<>();
    String sameConfig = yaml.replaceAll("dolmen-config-[a-z0-9]{10}\\b", "dolmen-config");
    for (String document : sameConfig.split("(?m)^---\\s*$", -1)) {
      JsonNode tree = YAML.readTree(document);
      if (tree.isObject()) {
        ((ObjectNode) tree.at("/metadata")).remove("labels");
        withoutRelease(tree);
        found.put(tree.at("/kind").asString() + " " + tree.at("/metadata/name").asString(), tree);
      }
    }
    return found;
  }

  private static void withoutRelease(JsonNode node) {
    if (node instanceof ObjectNode object) {
      object.remove("app.kubernetes.io/instance");
      if (object.path("annotations").has("checksum/config")) {
        object.remove("annotations");
      }
    }
    node.forEach(HelmChartTest::withoutRelease);
  }
}
