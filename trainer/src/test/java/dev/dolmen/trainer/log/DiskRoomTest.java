package dev.dolmen.trainer.log;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskRoomTest {
  @TempDir Path directory;

  @Test
  void tooLittleRoomIsNamedWithTheDirectoryAndWhatItTakes() throws Exception {
    DiskRoom.check(directory, 100, 100, "a start");
    assertThatThrownBy(() -> DiskRoom.check(directory, 99, 100, "a start"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("99 bytes are free for " + directory)
        .hasMessageContaining("a start needs 100");
  }
}
