package dev.dolmen.trainer.log;

import dev.dolmen.trainer.log.BatchJournal.Entry;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/** The bytes of a journal's entries: number and last log offset, two big-endian longs. */
final class JournalEntries {
  private JournalEntries() {}

  static byte[] bytes(long number, long lastOffset) {
    return ByteBuffer.allocate(16).putLong(number).putLong(lastOffset).array();
  }

  static Entry read(LogTailer tailer) {
    ByteBuffer bytes = ByteBuffer.wrap(tailer.bytes(), 0, tailer.length());
    return new Entry(bytes.getLong(), bytes.getLong(), tailer.offset());
  }

  /**
   * Adds the next entry in order of the journal, in the place of those that it replaces.
   *
   * @param number of the batch before the first that is wanted
   */
  static void add(ArrayDeque<Entry> entries, long number, Entry entry) {
    while (!entries.isEmpty() && entries.getLast().number() >= entry.number()) {
      entries.removeLast();
    }
    long expected = entries.isEmpty() ? number + 1 : entries.getLast().number() + 1;
    if (entry.number() == expected) {
      entries.addLast(entry);
    }
  }
}
