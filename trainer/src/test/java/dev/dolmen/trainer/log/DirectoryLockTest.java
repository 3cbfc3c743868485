package dev.dolmen.trainer.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whose a data directory is, for the second one that wants it and for who operates it. */
class DirectoryLockTest {
  private static final String PID = String.valueOf(ProcessHandle.current().pid());

  @TempDir Path directory;

  @Test
  void theFileNamesTheProcessWhileItRuns() throws IOException {
    try (DirectoryLock _ = DirectoryLock.acquire(directory)) {
      assertThat(directory.resolve(DirectoryLock.FILE)).content().isEqualTo(PID + "\n");
    }
    assertThat(directory.resolve(DirectoryLock.FILE)).isEmptyFile();
  }

  @Test
  void aSecondOneIsToldWhoseItIs() throws IOException {
    try (DirectoryLock _ = DirectoryLock.acquire(directory)) {
      assertThatThrownBy(() -> DirectoryLock.acquire(directory))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(directory + " is in use by process " + PID);
      assertThat(directory.resolve(DirectoryLock.FILE)).content().isEqualTo(PID + "\n");
    }
  }

  @Test
  void whatAKilledProcessLeftIsWrittenOver() throws IOException {
    Files.writeString(directory.resolve(DirectoryLock.FILE), "12345678901\nmore\n");
    try (DirectoryLock _ = DirectoryLock.acquire(directory)) {
      assertThat(directory.resolve(DirectoryLock.FILE)).content().isEqualTo(PID + "\n");
    }
  }

  @Test
  void aFileThatNamesNobodyIsNoAnswer() throws IOException {
    try (DirectoryLock _ = DirectoryLock.acquire(directory)) {
      Files.writeString(directory.resolve(DirectoryLock.FILE), "what\u001b[2J is this\n".repeat(9));
      assertThatThrownBy(() -> DirectoryLock.acquire(directory))
          .hasMessageEndingWith("is in use by another process");
    }
  }
}
