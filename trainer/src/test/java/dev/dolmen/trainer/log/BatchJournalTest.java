package dev.dolmen.trainer.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.trainer.log.BatchJournal.Entry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BatchJournalTest {
  /** However few batches: files that a snapshot does not need go within an hour, not 16 MiB. */
  @Test
  void filesAreCutByTime() throws Exception {
    AtomicLong nowMs = new AtomicLong(1_000_000);
    InstantSource clock = () -> Instant.ofEpochMilli(nowMs.get());
    try (BatchJournal journal = new ChronicleBatchJournal(directory, 3_600, clock)) {
      long place = 0;
      for (int batch = 1; batch <= 100; batch++) {
        place = journal.append(batch, batch);
        nowMs.addAndGet(360_000);
      }
      assertThat(files()).isEqualTo(10);
      journal.deleteUpTo(place, 0);
      assertThat(files()).isEqualTo(1);
      assertThat(journal.after(95)).hasSize(5);
      // A clock that is set back begins a file, too.
      nowMs.set(500_000);
      journal.append(101, 101);
      nowMs.addAndGet(3_599_000);
      journal.append(102, 102);
      assertThat(files()).isEqualTo(2);
    }
    try (BatchJournal journal = new ChronicleBatchJournal(directory, 3_600, clock)) {
      journal.append(103, 103);
      assertThat(journal.after(97)).hasSize(6);
    }
  }

  private long files() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(file -> file.toString().endsWith(".cq4")).count();
    }
  }

  @TempDir Path directory;

  @Test
  void givesTheBatchesAfterANumber() throws IOException {
    try (BatchJournal journal =
        new ChronicleBatchJournal(directory, 3_600, InstantSource.system())) {
      for (long n = 1; n <= 5; n++) {
        journal.append(n, 100 * n);
      }
    }
    try (BatchJournal journal =
        new ChronicleBatchJournal(directory, 3_600, InstantSource.system())) {
      assertThat(journal.after(3)).containsExactly(new Entry(4, 400, 4), new Entry(5, 500, 5));
      assertThat(journal.lastPlace()).isEqualTo(5);
      assertThat(journal.after(5)).isEmpty();
      assertThat(journal.after(0)).hasSize(5);
    }
  }

  @Test
  void laterEntriesReplaceEarlierOnes() throws IOException {
    try (BatchJournal journal =
        new ChronicleBatchJournal(directory, 3_600, InstantSource.system())) {
      journal.append(1, 10);
      journal.append(2, 20);
      journal.append(3, 30);
      journal.append(2, 21);
      assertThat(journal.after(0)).containsExactly(new Entry(1, 10, 1), new Entry(2, 21, 4));
    }
  }
}
