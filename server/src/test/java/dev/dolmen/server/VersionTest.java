package dev.dolmen.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VersionTest {
  private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          # commit and changes as the build writes them | what the program says
          0123456789abcdef0123456789abcdef01234567, false, 1.2.3 (0123456789ab)
          0123456789abcdef0123456789abcdef01234567, true,  1.2.3 (0123456789ab+changes)
          0123456789abcdef0123456789abcdef01234567, '',    1.2.3 (0123456789ab)
          '',                                       '',    1.2.3 (commit unknown)
          '',                                       true,  1.2.3 (commit unknown)
          """)
  void saysWhichCommitAndWhetherThereWereChanges(String commit, String changes, String text) {
    Properties build = new Properties();
    build.setProperty("commit", commit);
    build.setProperty("changes", changes);
    assertThat(Version.text("1.2.3", build)).isEqualTo(text);
  }

  @Test
  void hasOnlyWhatABuildWrites() {
    assertThat(Version.text("1.2.3", new Properties())).isEqualTo("1.2.3 (commit unknown)");
    Properties build = new Properties();
    build.setProperty("commit", COMMIT);
    assertThat(Version.text("1.2.3", build)).isEqualTo("1.2.3 (0123456789ab)");
    assertThat(Version.text()).startsWith(Version.current() + " (");
  }
}
