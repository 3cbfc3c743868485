package dev.dolmen.architecture;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;

/** A product must not tell anyone that it runs. */
class NothingPhonesHomeTest {
  /** Where the usual usage reporters send to. */
  private static final List<String> COLLECTORS =
      List.of(
          "google-analytics.com",
          "api.segment.io",
          "api.mixpanel.com",
          "api.amplitude.com",
          "bugsnag.com",
          "sentry.io/api");

  @Test
  void noJarKnowsAnAddressToReportTo() throws IOException {
    List<String> jars =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
            .filter(path -> path.endsWith(".jar"))
            .toList();
    assertThat(jars).anyMatch(path -> path.contains("chronicle-map"));

    List<String> findings = new ArrayList<>();
    for (String jar : jars) {
      try (JarFile file = new JarFile(jar)) {
        for (JarEntry entry : Collections.list(file.entries())) {
          findings.addAll(reporters(file, entry));
        }
      }
    }
    assertThat(findings).isEmpty();
  }

  @Test
  void chroniclesReporterIsNeitherThereNorSwitchedOn() {
    assertThat(System.getProperty("java.class.path")).doesNotContain("chronicle-analytics");
    // From jvm.options: the file that the product runs with is the file that the tests run with.
    assertThat(System.getProperty("chronicle.analytics.disable")).isEqualTo("true");
    assertThat(System.getProperty("chronicle.announcer.disable")).isEqualTo("true");
  }

  private static List<String> reporters(JarFile file, JarEntry entry) throws IOException {
    if (!entry.getName().endsWith(".class") && !entry.getName().endsWith(".properties")) {
      return List.of();
    }
    try (InputStream in = file.getInputStream(entry)) {
      String content = new String(in.readAllBytes(), ISO_8859_1);
      return COLLECTORS.stream()
          .filter(content::contains)
          .map(address -> file.getName() + "!" + entry.getName() + " names " + address)
          .toList();
    }
  }
}
