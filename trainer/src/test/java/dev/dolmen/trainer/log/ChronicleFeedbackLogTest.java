package dev.dolmen.trainer.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChronicleFeedbackLogTest {
  private static final long FLOOR = 16L << 20;

  @TempDir Path directory;

  private final AtomicLong usableBytes = new AtomicLong(1L << 40);

  private ChronicleFeedbackLog open() {
    return new ChronicleFeedbackLog(directory, 1L << 20, FLOOR, false, usableBytes::get);
  }

  private static List<String> read(LogTailer tailer) {
    List<String> records = new ArrayList<>();
    try (tailer) {
      while (tailer.next()) {
        records.add(new String(tailer.bytes(), 0, tailer.length(), UTF_8));
      }
    }
    return records;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  @Test
  void readsBackWhatWasAppendedFromAnyOffset() {
    try (ChronicleFeedbackLog log = open()) {
      assertThat(log.lastOffset()).isZero();
      assertThat(read(log.tailer(0))).isEmpty();
      long a = log.append(bytes("a"));
      long b = log.append(bytes("b"));
      assertThat(a).isPositive();
      assertThat(b).isGreaterThan(a);
      assertThat(log.lastOffset()).isEqualTo(b);
      assertThat(read(log.tailer(0))).containsExactly("a", "b");
      assertThat(read(log.tailer(a))).containsExactly("b");
      assertThat(read(log.tailer(b))).isEmpty();
    }
  }

  @Test
  void tailerSeesWhatComesAfterItsEnd() {
    try (ChronicleFeedbackLog log = open()) {
      long a = log.append(bytes("a"));
      try (LogTailer tailer = log.tailer(a)) {
        assertThat(tailer.next()).isFalse();
        long b = log.append(bytes("b"));
        assertThat(tailer.next()).isTrue();
        assertThat(tailer.offset()).isEqualTo(b);
      }
    }
  }

  @Test
  void goesOnAfterReopening() {
    long a;
    try (ChronicleFeedbackLog log = open()) {
      a = log.append(bytes("a"));
    }
    try (ChronicleFeedbackLog log = open()) {
      assertThat(log.lastOffset()).isEqualTo(a);
      assertThat(log.append(bytes("b"))).isGreaterThan(a);
      assertThat(read(log.tailer(0))).containsExactly("a", "b");
    }
  }

  @Test
  void rollsBySizeAndDeletesWholeFilesOnly() {
    byte[] record = new byte[10_000];
    List<Long> offsets = new ArrayList<>();
    try (ChronicleFeedbackLog log = open()) {
      for (int i = 0; i < 400; i++) {
        offsets.add(log.append(record));
      }
      assertThat(offsets).isSorted().doesNotHaveDuplicates();
      assertThat(read(log.tailer(0))).hasSize(400);
      assertThat(read(log.tailer(offsets.get(99)))).hasSize(300);
      assertThat(read(log.tailerOfLast(250))).hasSize(250);
      assertThat(read(log.tailerOfLast(1_000))).hasSize(400);

      assertThat(log.deleteUpTo(offsets.get(50), 0)).isZero();
      assertThat(log.deleteUpTo(offsets.get(299), 399)).isZero();
      assertThat(log.deleteUpTo(offsets.get(299), 0)).isBetween(2, 3);
      assertThat(read(log.tailer(offsets.get(299)))).hasSize(100);
      assertThat(log.append(record)).isGreaterThan(offsets.getLast());
    }
    try (ChronicleFeedbackLog log = open()) {
      assertThat(read(log.tailer(offsets.get(299)))).hasSize(101);
    }
  }

  @Test
  void refusesBelowTheFloorAndGoesOnWhenThereIsRoomAgain() {
    try (ChronicleFeedbackLog log = open()) {
      log.append(bytes("a"));
      usableBytes.set(FLOOR - 1);
      byte[] large = new byte[(int) DiskFloor.CHECK_BYTES];
      assertThatThrownBy(() -> log.append(large))
          .isInstanceOf(LogUnavailableException.class)
          .hasMessageContaining("disk full")
          .hasMessageContaining(Long.toString(FLOOR));
      assertThatThrownBy(() -> log.append(bytes("b"))).isInstanceOf(LogUnavailableException.class);
      usableBytes.set(FLOOR);
      log.append(bytes("c"));
      assertThat(read(log.tailer(0))).containsExactly("a", "c");
    }
  }

  @Test
  void refusesAnOffsetThatItDoesNotHold() {
    try (ChronicleFeedbackLog log = open()) {
      long a = log.append(bytes("a"));
      assertThatThrownBy(() -> log.tailer(a + 7)).hasMessageContaining(Long.toString(a + 7));
    }
  }

  @Test
  void refusesAppendsOnceClosed() {
    ChronicleFeedbackLog log = open();
    log.close();
    assertThatThrownBy(() -> log.append(bytes("a"))).isInstanceOf(LogUnavailableException.class);
  }

  @Test
  void syncedAppendsAreReadBack() {
    try (ChronicleFeedbackLog log =
        new ChronicleFeedbackLog(directory, 1L << 20, FLOOR, true, usableBytes::get)) {
      log.append(bytes("a"));
      assertThat(read(log.tailer(0))).containsExactly("a");
    }
  }
}
