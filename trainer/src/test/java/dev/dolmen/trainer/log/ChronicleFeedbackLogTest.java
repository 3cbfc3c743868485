package dev.dolmen.trainer.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChronicleFeedbackLogTest extends FeedbackLogContract {
  private static final long FLOOR = 16L << 20;

  @TempDir Path directory;

  private final AtomicLong usableBytes = new AtomicLong(1L << 40);

  @Override
  ChronicleFeedbackLog open() throws IOException {
    return new ChronicleFeedbackLog(directory, 1L << 20, FLOOR, false, usableBytes::get);
  }

  private long files() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(f -> f.toString().endsWith(".cq4")).count();
    }
  }

  @Test
  void rollsBySizeAndDeletesWholeFilesOnly() throws Exception {
    try (ChronicleFeedbackLog log = open()) {
      List<Long> offsets = fill(log, 0, 400);
      long before = files();
      assertThat(before).isBetween(4L, 6L);
      assertThat(log.deleteUpTo(offsets.get(50), 0, Long.MAX_VALUE)).isFalse();
      assertThat(log.deleteUpTo(offsets.get(299), 399, Long.MAX_VALUE)).isFalse();
      assertThat(log.deleteUpTo(offsets.get(299), 0, Long.MAX_VALUE)).isTrue();
      assertThat(before - files()).isBetween(2L, 3L);
    }
  }

  @Test
  void aRecordThatIsTooLargeIsRefusedAlone() throws Exception {
    try (ChronicleFeedbackLog log = open()) {
      append(log, "a");
      assertThatThrownBy(() -> log.begin(new byte[5 << 20]))
          .isInstanceOf(LogRecordTooLargeException.class)
          .hasMessageContaining("5242880 bytes");
      assertThat(log.notTaking()).isEmpty();
      append(log, "b");
      assertThat(read(log.tailer(0))).containsExactly("a", "b");
    }
  }

  /** A start reads the last records for their ids while a snapshot lets go of the first of them. */
  @Test
  void deletesNothingUnderWhoReadsTheLastRecords() throws Exception {
    try (ChronicleFeedbackLog log = open()) {
      List<Long> offsets = fill(log, 0, 400);
      try (LogTailer tailer = log.tailerOfLast(1_000)) {
        assertThat(log.deleteUpTo(offsets.get(299), 0, Long.MAX_VALUE)).isFalse();
        assertThat(numbers(tailer)).hasSize(400);
      }
      assertThat(log.deleteUpTo(offsets.get(299), 0, Long.MAX_VALUE)).isTrue();
    }
  }

  @Test
  void everyFileIsPrivateAlsoAfterARoll() throws Exception {
    try (ChronicleFeedbackLog log = open()) {
      fill(log, 0, 400);
      assertThat(files()).isGreaterThan(3);
      try (Stream<Path> files = Files.list(directory)) {
        assertThat(files)
            .allSatisfy(file ->
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------"));
      }
    }
  }

  @Test
  void refusesBelowTheFloorAndGoesOnWhenThereIsRoomAgain() throws IOException {
    try (ChronicleFeedbackLog log = open()) {
      append(log, "a");
      assertThat(log.notTaking()).isEmpty();
      usableBytes.set(FLOOR - 1);
      assertThat(log.notTaking()).contains("disk full").contains(Long.toString(FLOOR));
      byte[] large = new byte[(int) DiskFloor.CHECK_BYTES];
      assertThatThrownBy(() -> log.begin(large))
          .isInstanceOf(LogUnavailableException.class)
          .hasMessageContaining("disk full")
          .hasMessageContaining(Long.toString(FLOOR));
      assertThatThrownBy(() -> append(log, "b")).isInstanceOf(LogUnavailableException.class);
      usableBytes.set(FLOOR);
      append(log, "c");
      assertThat(read(log.tailer(0))).containsExactly("a", "c");
    }
  }

  @Test
  void syncedAppendsAreReadBack() throws IOException {
    try (ChronicleFeedbackLog log =
        new ChronicleFeedbackLog(directory, 1L << 20, FLOOR, true, usableBytes::get)) {
      append(log, "a");
      assertThat(read(log.tailer(0))).containsExactly("a");
    }
  }
}
