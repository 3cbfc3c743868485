package dev.dolmen.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The overlay as {@code kubectl kustomize} renders it: what a cluster gets. */
@Tag("containers")
class KubernetesRenderingTest {
  @SuppressWarnings("NullAway.Init") // by JUnit
  private static KubernetesObjects rendered;

  @BeforeAll
  static void render() throws IOException, InterruptedException {
    rendered = render(DeployFolder.STANDALONE);
  }

  private static KubernetesObjects render(Path overlay) throws IOException, InterruptedException {
    return KubernetesObjects.parse(RenderedYaml.ofOverlay(overlay));
  }

  @Test
  void everythingThatHoldsForTheSourcesHolds() {
    ManifestChecks checks = new ManifestChecks(rendered);
    checks.selectorsMatch();
    checks.portsExist();
    checks.volumesExist();
    checks.asksCallersForKeys();
    checks.isLockedDown();
    checks.isOneProcessWithRoomToEnd();
  }

  /** The embedded log calls nobody; Kafka's brokers have to be reached, and nobody else. */
  @Test
  void theComponentForKafkaOpensTheWayToTheBrokers(@TempDir Path copy) throws Exception {
    try (Stream<Path> files = Files.walk(DeployFolder.DEPLOY)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path to = copy.resolve(DeployFolder.DEPLOY.relativize(file));
        Files.createDirectories(to.getParent());
        Files.copy(file, to);
      }
    }
    Path overlay = copy.resolve("kubernetes/overlays/standalone");
    Path kustomization = overlay.resolve("kustomization.yaml");
    Files.writeString(
        kustomization, Files.readString(kustomization) + "components: [../../components/kafka]\n");
    KubernetesObjects withKafka = render(overlay);
    StatefulSet set = withKafka.one(StatefulSet.class);
    String brokers =
        set.getSpec().getTemplate().getSpec().getContainers().getFirst().getEnv().stream()
            .filter(e -> e.getName().equals("DOLMEN_LOG_KAFKA_BOOTSTRAP_SERVERS"))
            .findAny()
            .orElseThrow()
            .getValue();
    List<NetworkPolicy> policies = withKafka.of(NetworkPolicy.class);
    assertThat(policies).hasSize(2);
    assertThat(policies)
        .allSatisfy(policy ->
            assertThat(set.getSpec().getTemplate().getMetadata().getLabels())
                .containsAllEntriesOf(policy.getSpec().getPodSelector().getMatchLabels()));
    List<Integer> open =
        policies.stream()
            .flatMap(policy -> policy.getSpec().getEgress().stream())
            .flatMap(rule -> rule.getPorts().stream())
            .map(port -> port.getPort().getIntVal())
            .toList();
    int broker = Integer.parseInt(brokers.substring(brokers.lastIndexOf(':') + 1));
    assertThat(open).containsExactlyInAnyOrder(broker, 53, 53);
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
