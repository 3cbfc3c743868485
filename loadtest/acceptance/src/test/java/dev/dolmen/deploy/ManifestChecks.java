package dev.dolmen.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPort;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What must hold between the objects of the standalone overlay, however they were read. */
final class ManifestChecks {
  private final KubernetesObjects objects;
  private final StatefulSet set;
  private final PodSpec pod;
  private final Container container;
  private final Map<String, String> podLabels;

  ManifestChecks(KubernetesObjects objects) {
    this.objects = objects;
    this.set = objects.one(StatefulSet.class);
    this.pod = set.getSpec().getTemplate().getSpec();
    assertThat(pod.getContainers()).hasSize(1);
    this.container = pod.getContainers().getFirst();
    this.podLabels = set.getSpec().getTemplate().getMetadata().getLabels();
  }

  /** Every selector selects the pods. */
  void selectorsMatch() {
    assertThat(podLabels).containsAllEntriesOf(set.getSpec().getSelector().getMatchLabels());
    Service service = objects.one(Service.class);
    assertThat(service.getSpec().getSelector()).isNotEmpty();
    assertThat(podLabels).containsAllEntriesOf(service.getSpec().getSelector());
    assertThat(set.getSpec().getServiceName()).isEqualTo(service.getMetadata().getName());
    Map<String, String> budget =
        objects.one(PodDisruptionBudget.class).getSpec().getSelector().getMatchLabels();
    assertThat(budget).isNotEmpty();
    assertThat(podLabels).containsAllEntriesOf(budget);
    Map<String, String> policy =
        objects.one(NetworkPolicy.class).getSpec().getPodSelector().getMatchLabels();
    assertThat(policy).isNotEmpty();
    assertThat(podLabels).containsAllEntriesOf(policy);
  }

  /** Service, network policy and probes speak of ports that the container has. */
  void portsExist() {
    for (var port : objects.one(Service.class).getSpec().getPorts()) {
      assertPort(port.getTargetPort());
    }
    for (var rule : objects.one(NetworkPolicy.class).getSpec().getIngress()) {
      for (NetworkPolicyPort port : rule.getPorts()) {
        assertPort(port.getPort());
      }
    }
    Stream.of(
            container.getStartupProbe(),
            container.getLivenessProbe(),
            container.getReadinessProbe())
        .forEach(this::assertProbe);
  }

  /** Every mount has its volume, every volume its source, and every volume is mounted. */
  void volumesExist() {
    Set<String> volumes =
        Stream.concat(
                pod.getVolumes().stream().map(Volume::getName),
                set.getSpec().getVolumeClaimTemplates().stream()
                    .map(claim -> claim.getMetadata().getName()))
            .collect(Collectors.toCollection(TreeSet::new));
    List<String> mounted =
        container.getVolumeMounts().stream().map(VolumeMount::getName).sorted().toList();
    assertThat(mounted).containsExactlyElementsOf(volumes);
  }

  /** No root, no writable root file system, no capability, no token, no way out. */
  void isLockedDown() {
    assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
    assertThat(pod.getSecurityContext().getRunAsUser()).isPositive();
    assertThat(pod.getSecurityContext().getFsGroup()).isPositive();
    assertThat(pod.getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
    assertThat(container.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
    assertThat(container.getSecurityContext().getAllowPrivilegeEscalation()).isFalse();
    assertThat(container.getSecurityContext().getCapabilities().getDrop()).containsExactly("ALL");
    assertThat(pod.getAutomountServiceAccountToken()).isFalse();
    assertThat(pod.getServiceAccountName())
        .isEqualTo(objects.one(ServiceAccount.class).getMetadata().getName());
    NetworkPolicy policy = objects.one(NetworkPolicy.class);
    assertThat(policy.getSpec().getPolicyTypes()).containsExactlyInAnyOrder("Ingress", "Egress");
    assertThat(policy.getSpec().getEgress()).isEmpty();
  }

  /** One process, with memory that is its own and time to end well. */
  void isOneProcessWithRoomToEnd() {
    assertThat(set.getSpec().getReplicas()).isEqualTo(1);
    Quantity limit = container.getResources().getLimits().get("memory");
    assertThat(container.getResources().getRequests()).containsEntry("memory", limit);
    assertThat(pod.getTerminationGracePeriodSeconds()).isGreaterThanOrEqualTo(60);
  }

  int containerPort(String name) {
    return container.getPorts().stream()
        .filter(port -> port.getName().equals(name))
        .mapToInt(ContainerPort::getContainerPort)
        .findAny()
        .orElseThrow();
  }

  StatefulSet statefulSet() {
    return set;
  }

  /** Over HTTP and without a key: the kubelet has none, and its gRPC probe knows no TLS. */
  private void assertProbe(Probe probe) {
    assertThat(probe.getGrpc()).as("a gRPC probe fails where the server speaks TLS").isNull();
    assertThat(probe.getHttpGet().getPath()).isIn("/livez", "/readyz");
    assertThat(probe.getHttpGet().getPort().getStrVal()).isEqualTo("metrics");
    assertPort(probe.getHttpGet().getPort());
  }

  /**
   * Callers show keys, whose hashes are in a secret that a person makes: none is here, see {@link
   * KubernetesObjects}.
   */
  void asksCallersForKeys() {
    Map<String, String> environment = environment();
    assertThat(environment).doesNotContainKey("DOLMEN_SERVER_ACCESS_INSECURE");
    assertThat(container.getArgs()).doesNotContain("--insecure");
    Volume keys =
        pod.getVolumes().stream().filter(v -> v.getSecret() != null).findAny().orElseThrow();
    assertThat(keys.getSecret().getSecretName()).isEqualTo("dolmen-keys");
    assertThat(keys.getSecret().getOptional()).as("without it the pod waits").isNull();
    assertThat(keys.getSecret().getDefaultMode()).as("closed to others").isEqualTo(0440);
    VolumeMount mount =
        container.getVolumeMounts().stream()
            .filter(m -> m.getName().equals(keys.getName()))
            .findAny()
            .orElseThrow();
    assertThat(mount.getReadOnly()).isTrue();
    assertThat(environment)
        .containsEntry(
            "DOLMEN_SERVER_ACCESS_KEYS_FILE",
            mount.getMountPath() + "/" + keys.getSecret().getItems().getFirst().getPath());
  }

  /** What the container's environment says to the server. */
  Map<String, String> environment() {
    return container.getEnv().stream().collect(Collectors.toMap(EnvVar::getName, EnvVar::getValue));
  }

  /** Bytes that the data directory's volume is asked to hold. */
  long volumeBytes() {
    return Quantity.getAmountInBytes(
            set.getSpec()
                .getVolumeClaimTemplates()
                .getFirst()
                .getSpec()
                .getResources()
                .getRequests()
                .get("storage"))
        .longValueExact();
  }

  private void assertPort(IntOrString port) {
    if (port.getStrVal() != null) {
      assertThat(container.getPorts())
          .extracting(ContainerPort::getName)
          .contains(port.getStrVal());
    } else {
      assertThat(container.getPorts())
          .extracting(ContainerPort::getContainerPort)
          .contains(port.getIntVal());
    }
  }
}
