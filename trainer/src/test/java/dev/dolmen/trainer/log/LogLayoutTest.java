package dev.dolmen.trainer.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogLayoutTest {
  private static final long SEGMENT_BYTES = 1L << 20;
  private static final byte[] RECORD = "a record of some bytes".getBytes(StandardCharsets.UTF_8);

  @TempDir Path directory;

  @Test
  void tellsTheVersionsAtTheEndsOfEachFile() throws Exception {
    append(3, false);
    assertThat(LogLayout.of(directory)).isEqualTo(new LogLayout(1, 1, 1));
    append(3, true);
    assertThat(LogLayout.of(directory)).isEqualTo(new LogLayout(2, 1, 1));
    assertThat(LogLayout.of(directory).isOfNow()).isTrue();
    // What a message of protobuf begins with, from before there were versions.
    RecordVersions.setLast(directory, 0x0a);
    LogLayout older = LogLayout.of(directory);
    assertThat(older).isEqualTo(new LogLayout(2, 0, 1));
    assertThat(older.isKnown()).isTrue();
    assertThat(older.isOfNow()).isFalse();
    RecordVersions.setLast(directory, 3);
    assertThat(LogLayout.of(directory)).isEqualTo(new LogLayout(2, 1, 3));
    assertThat(LogLayout.of(directory).isKnown()).isFalse();
  }

  @Test
  void passesOverWhatWasGivenUp() throws Exception {
    append(1, false);
    RecordVersions.setLast(directory, RecordEnvelope.GIVEN_UP);
    assertThat(LogLayout.of(directory)).isEqualTo(new LogLayout(1, 1, 1));
  }

  @Test
  void knowsADirectoryThatIsNotThereOrHasNoRecords() throws Exception {
    assertThat(LogLayout.of(directory.resolve("none"))).isEqualTo(new LogLayout(0, 1, 1));
    append(0, false);
    assertThat(LogLayout.of(directory).isOfNow()).isTrue();
  }

  /** It may be asked while a process appends. */
  @Test
  void readsALogInUse() throws Exception {
    try (ChronicleSegments segments = segments()) {
      segments.append(RECORD);
      segments.append(RECORD);
      assertThat(LogLayout.of(directory)).isEqualTo(new LogLayout(1, 1, 1));
    }
  }

  private void append(int records, boolean nextFile) throws IOException {
    try (ChronicleSegments segments = segments()) {
      if (nextFile) {
        segments.beginNext();
      }
      for (int i = 0; i < records; i++) {
        segments.append(RECORD);
      }
    }
  }

  private ChronicleSegments segments() throws IOException {
    return new ChronicleSegments(directory, SEGMENT_BYTES, SEGMENT_BYTES);
  }
}
