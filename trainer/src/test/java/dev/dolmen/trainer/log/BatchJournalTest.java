package dev.dolmen.trainer.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.trainer.log.BatchJournal.Entry;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BatchJournalTest {
  @TempDir Path directory;

  @Test
  void givesTheBatchesAfterANumber() throws IOException {
    try (BatchJournal journal = new BatchJournal(directory)) {
      for (long n = 1; n <= 5; n++) {
        journal.append(n, 100 * n);
      }
    }
    try (BatchJournal journal = new BatchJournal(directory)) {
      assertThat(journal.after(3)).containsExactly(new Entry(4, 400, 4), new Entry(5, 500, 5));
      assertThat(journal.lastPlace()).isEqualTo(5);
      assertThat(journal.after(5)).isEmpty();
      assertThat(journal.after(0)).hasSize(5);
    }
  }

  @Test
  void laterEntriesReplaceEarlierOnes() throws IOException {
    try (BatchJournal journal = new BatchJournal(directory)) {
      journal.append(1, 10);
      journal.append(2, 20);
      journal.append(3, 30);
      journal.append(2, 21);
      assertThat(journal.after(0)).containsExactly(new Entry(1, 10, 1), new Entry(2, 21, 4));
    }
  }
}
