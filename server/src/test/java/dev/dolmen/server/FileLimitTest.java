package dev.dolmen.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.AccessDeniedException;
import org.junit.jupiter.api.Test;

/** What the process' own limits leave for callers, and what a start says of rights. */
class FileLimitTest {
  @Test
  void connectionsLeaveFilesForTheRest() {
    assertThat(FileLimit.connections(10_000, 400, 90)).isEqualTo(110);
    assertThat(FileLimit.connections(10_000, 400, 350)).as("a quarter at least").isEqualTo(100);
    assertThat(FileLimit.connections(10_000, 1_048_576, 90)).isEqualTo(10_000);
    assertThat(FileLimit.connections(50, 400, 90)).isEqualTo(50);
    assertThat(FileLimit.connections(10_000, -1, -1)).as("not known").isEqualTo(10_000);
    assertThat(FileLimit.connections(10_000, 3, 3)).isEqualTo(1);
  }

  @Test
  void aDirectoryOfAnotherUserIsAMatterOfPermission() {
    StartException e =
        StartException.of(
            "data_directory: /srv/d cannot be written to", new AccessDeniedException("/srv/d/x"));
    assertThat(e)
        .hasMessage("data_directory: /srv/d cannot be written to: permission denied: /srv/d/x");
  }
}
