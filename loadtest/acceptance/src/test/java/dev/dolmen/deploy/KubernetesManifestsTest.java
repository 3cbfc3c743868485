package dev.dolmen.deploy;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.core.JacksonException;

/** The manifests as they lie in the folder, before kustomize puts them together. */
class KubernetesManifestsTest {
  private final String sources = read();
  private final ManifestChecks checks = new ManifestChecks(sources());

  @Test
  void selectorsMatch() {
    checks.selectorsMatch();
  }

  @Test
  void portsExist() {
    checks.portsExist();
  }

  @Test
  void volumesExist() {
    checks.volumesExist();
  }

  @Test
  void asksCallersForKeys() {
    checks.asksCallersForKeys();
  }

  @Test
  void isLockedDown() {
    checks.isLockedDown();
  }

  @Test
  void isOneProcessWithRoomToEnd() {
    checks.isOneProcessWithRoomToEnd();
  }

  @Test
  void runsAsTheImagesUser() throws IOException {
    long user =
        requireNonNull(
            checks
                .statefulSet()
                .getSpec()
                .getTemplate()
                .getSpec()
                .getSecurityContext()
                .getRunAsUser());
    assertThat(Files.readString(DeployFolder.DEPLOY.resolve("Dockerfile")))
        .contains("\nUSER " + user + ":" + user + "\n")
        .contains(
            "\nEXPOSE "
                + checks.containerPort("grpc")
                + " "
                + checks.containerPort("metrics")
                + " "
                + checks.containerPort("http")
                + "\n");
  }

  /** That the parser above would have seen a mistake. */
  @Test
  void aMistakeIsSeen() {
    assertThatThrownBy(() -> KubernetesObjects.parse(sources.replace("periodSeconds", "period")))
        .isInstanceOf(JacksonException.class)
        .hasMessageContaining("\"period\"");
    assertThatThrownBy(() -> KubernetesObjects.parse(sources.replace("replicas: 1", "replicas: x")))
        .isInstanceOf(JacksonException.class)
        .hasMessageContaining("replicas");
    assertThatThrownBy(() ->
            KubernetesObjects.parse(sources.replace("replicas: 1", "replicas: 1\n  replicas: 2")))
        .isInstanceOf(JacksonException.class)
        .hasMessageContaining("replicas");
  }

  /** The objects of base and overlay. */
  static KubernetesObjects sources() {
    return KubernetesObjects.parse(read());
  }

  private static String read() {
    return Stream.of(DeployFolder.BASE, DeployFolder.STANDALONE)
        .flatMap(folder -> manifests(folder).stream())
        .collect(Collectors.joining("\n---\n"));
  }

  private static List<String> manifests(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      List<String> manifests = new ArrayList<>();
      for (Path file : files.sorted().toList()) {
        if (!file.endsWith("kustomization.yaml")) {
          manifests.add(Files.readString(file));
        }
      }
      return manifests;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
