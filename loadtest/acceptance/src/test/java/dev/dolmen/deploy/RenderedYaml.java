package dev.dolmen.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** What the tools that put manifests together make of the folder. */
final class RenderedYaml {
  private RenderedYaml() {}

  /** By {@code kubectl kustomize}. */
  static String ofOverlay(Path overlay) throws IOException, InterruptedException {
    return run(List.of("kubectl", "kustomize", overlay.toString()));
  }

  /**
   * The chart's, of a release named dolmen, by {@code helm template}, without any cluster.
   *
   * @param values each as {@code key=value}
   */
  static String ofChart(String... values) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    Collections.addAll(command, "helm", "template", "dolmen", DeployFolder.CHART.toString());
    for (String value : values) {
      Collections.addAll(command, "--set", value);
    }
    return run(command);
  }

  private static String run(List<String> command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String yaml = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as("exit code of %s", command).isZero();
    return yaml;
  }
}
