package dev.dolmen.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The overlay as {@code kubectl kustomize} renders it: what a cluster gets. */
@Tag("containers")
class KubernetesRenderingTest {
  @SuppressWarnings("NullAway.Init") // by JUnit
  private static KubernetesObjects rendered;

  @BeforeAll
  static void render() throws IOException, InterruptedException {
    Process kubectl =
        new ProcessBuilder("kubectl", "kustomize", DeployFolder.STANDALONE.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String yaml = new String(kubectl.getInputStream().readAllBytes(), UTF_8);
    assertThat(kubectl.waitFor()).as("exit code of kubectl kustomize").isZero();
    rendered = KubernetesObjects.parse(yaml);
  }

  @Test
  void everythingThatHoldsForTheSourcesHolds() {
    ManifestChecks checks = new ManifestChecks(rendered);
    checks.selectorsMatch();
    checks.portsExist();
    checks.volumesExist();
    checks.isLockedDown();
    checks.isOneProcessWithRoomToEnd();
  }

  @Test
  void thePodMountsTheConfigurationOfTheFolder() throws IOException {
    ConfigMap config = rendered.one(ConfigMap.class);
    assertThat(config.getData())
        .containsEntry("dolmen.yaml", Files.readString(DeployFolder.CONFIG))
        .hasSize(1);
    var pod = new ManifestChecks(rendered).statefulSet().getSpec().getTemplate().getSpec();
    assertThat(pod.getVolumes())
        .filteredOn(volume -> volume.getConfigMap() != null)
        .singleElement()
        .satisfies(volume ->
            assertThat(volume.getConfigMap().getName())
                .isEqualTo(config.getMetadata().getName())
                .matches("dolmen-config-[a-z0-9]{10}"));
  }
}
