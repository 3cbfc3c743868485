package dev.dolmen.deploy;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.server.cli.DolmenCommand;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.trainer.log.LogOptions;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentSpec;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.scheduling.v1.PriorityClass;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The overlay of a cluster as {@code kubectl kustomize} renders it, against itself and the program.
 */
@Tag("containers")
class ClusterOverlayTest {
  @SuppressWarnings("NullAway.Init") // by JUnit
  private static KubernetesObjects rendered;

  @BeforeAll
  static void render() throws IOException, InterruptedException {
    rendered = KubernetesObjects.parse(RenderedYaml.ofOverlay(DeployFolder.CLUSTER));
  }

  private static PodTemplateSpec trainer() {
    return rendered.one(StatefulSet.class).getSpec().getTemplate();
  }

  private static PodTemplateSpec server() {
    return rendered.one(Deployment.class).getSpec().getTemplate();
  }

  private static Container container(PodTemplateSpec pod) {
    return pod.getSpec().getContainers().getFirst();
  }

  @Test
  void theProgramKnowsWhatItIsStartedWith() throws Exception {
    for (PodTemplateSpec pod : List.of(trainer(), server())) {
      Map<String, String> environment = new HashMap<>();
      for (EnvVar variable : container(pod).getEnv()) {
        environment.put(variable.getName(), variable.getValue());
      }
      DolmenConfig config = DolmenConfig.load(DeployFolder.CONFIG, environment);
      assertThat(config.log().kind()).isEqualTo(LogOptions.Kind.KAFKA);
      List<String> arguments = container(pod).getArgs();
      assertThat(DolmenCommand.commandLine().parseArgs(arguments.toArray(String[]::new)).errors())
          .isEmpty();
      assertThat(arguments)
          .endsWith("--role", pod.getMetadata().getLabels().get("app.kubernetes.io/component"));
    }
  }

  /** Pod security "restricted", and a root file system that cannot be written. */
  @Test
  void podsAreRestricted() {
    for (PodTemplateSpec pod : List.of(trainer(), server())) {
      assertThat(pod.getSpec().getSecurityContext().getRunAsNonRoot()).isTrue();
      assertThat(pod.getSpec().getSecurityContext().getSeccompProfile().getType())
          .isEqualTo("RuntimeDefault");
      assertThat(pod.getSpec().getHostNetwork()).isNull();
      assertThat(container(pod).getSecurityContext().getAllowPrivilegeEscalation()).isFalse();
      assertThat(container(pod).getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
      assertThat(container(pod).getSecurityContext().getCapabilities().getDrop())
          .containsExactly("ALL");
      assertThat(pod.getSpec().getVolumes())
          .allSatisfy(volume -> assertThat(volume.getHostPath()).isNull());
      assertThat(pod.getSpec().getPriorityClassName())
          .isEqualTo(rendered.one(PriorityClass.class).getMetadata().getName());
      assertThat(pod.getSpec().getTopologySpreadConstraints())
          .isNotEmpty()
          .allSatisfy(spread ->
              assertThat(pod.getMetadata().getLabels())
                  .containsAllEntriesOf(spread.getLabelSelector().getMatchLabels()));
    }
  }

  /** {@code drill cluster} waits as long. */
  @Test
  void aNewServerAnswersForAWhileBeforeAnOldOneEnds() {
    DeploymentSpec servers = rendered.one(Deployment.class).getSpec();
    assertThat(servers.getMinReadySeconds()).isEqualTo(20);
    assertThat(servers.getStrategy().getRollingUpdate().getMaxUnavailable().getIntVal()).isZero();
  }

  @Test
  void everyMountHasItsVolume() {
    List<String> claims =
        rendered.one(StatefulSet.class).getSpec().getVolumeClaimTemplates().stream()
            .map(claim -> claim.getMetadata().getName())
            .toList();
    assertMounted(trainer(), claims);
    assertMounted(server(), List.of());
  }

  private static void assertMounted(PodTemplateSpec pod, List<String> claims) {
    assertThat(container(pod).getVolumeMounts())
        .extracting(VolumeMount::getName)
        .containsExactlyInAnyOrderElementsOf(
            Stream.concat(pod.getSpec().getVolumes().stream().map(Volume::getName), claims.stream())
                .toList());
  }

  /** Callers reach servers alone; trainers have names and a port to be scraped. */
  @Test
  void eachServiceSelectsItsPodsAndPortsThatTheyHave() {
    Map<String, PodTemplateSpec> behind = Map.of("dolmen", server(), "dolmen-trainer", trainer());
    assertThat(rendered.of(Service.class)).hasSize(2);
    for (Service service : rendered.of(Service.class)) {
      PodTemplateSpec pod = requireNonNull(behind.get(service.getMetadata().getName()));
      Map<String, String> selector = service.getSpec().getSelector();
      assertThat(pod.getMetadata().getLabels()).containsAllEntriesOf(selector);
      assertThat(selector).containsKey("app.kubernetes.io/component");
      List<String> ports = container(pod).getPorts().stream().map(ContainerPort::getName).toList();
      assertThat(service.getSpec().getPorts())
          .extracting(ServicePort::getName)
          .allSatisfy(port -> assertThat(ports).contains(port));
    }
    assertThat(rendered.one(StatefulSet.class).getSpec().getServiceName())
        .isEqualTo("dolmen-trainer");
  }

  @Test
  void budgetsPoliciesAndTheAutoscalerMeanThesePods() {
    List<Map<String, String>> labels =
        List.of(server().getMetadata().getLabels(), trainer().getMetadata().getLabels());
    assertThat(rendered.of(PodDisruptionBudget.class))
        .hasSize(2)
        .allSatisfy(budget ->
            assertThat(labels)
                .filteredOn(l ->
                    l.entrySet()
                        .containsAll(budget.getSpec().getSelector().getMatchLabels().entrySet()))
                .hasSize(1));
    assertThat(rendered.of(NetworkPolicy.class))
        .hasSize(2)
        .allSatisfy(policy ->
            assertThat(labels)
                .allSatisfy(l ->
                    assertThat(l)
                        .containsAllEntriesOf(policy.getSpec().getPodSelector().getMatchLabels())));
    HorizontalPodAutoscaler scaler = rendered.one(HorizontalPodAutoscaler.class);
    Deployment servers = rendered.one(Deployment.class);
    assertThat(scaler.getSpec().getScaleTargetRef().getName())
        .isEqualTo(servers.getMetadata().getName());
    assertThat(servers.getSpec().getReplicas()).as("the autoscaler's alone").isNull();
    assertThat(container(server()).getResources().getRequests()).containsKey("cpu");
  }

  /** So that none is missing while servers are replaced: a client with retries sees no failure. */
  @Test
  void serversAreReplacedOneBehindTheOther() {
    var rolling = rendered.one(Deployment.class).getSpec().getStrategy().getRollingUpdate();
    assertThat(rolling.getMaxUnavailable().getIntVal()).isZero();
    assertThat(rolling.getMaxSurge().getIntVal()).isEqualTo(1);
    assertThat(rendered.one(StatefulSet.class).getSpec().getReplicas()).isEqualTo(2);
  }
}
