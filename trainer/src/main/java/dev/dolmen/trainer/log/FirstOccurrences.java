package dev.dolmen.trainer.log;

import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Which records of a log count: of two events of one id, as two servers may have logged them, the
 * first. All who apply the log leave out the same, as it follows from the log alone: an event is
 * left out if its id stands among so many records before it, logged no longer before it than so
 * many seconds. One that was left out counts as an occurrence, so that what is remembered at a
 * record follows from the records right before it, and a start that reads these goes on as it was.
 * One thread; counts are for any.
 */
public final class FirstOccurrences {
  private final EventIdWindow ids;
  private final int records;
  private final LongAdder repeated = new LongAdder();

  /**
   * @param records last records of the log whose ids are remembered
   * @param ageSec seconds between two records of one id, up to which the second is left out
   */
  public FirstOccurrences(int records, long ageSec) {
    this.records = records;
    ids = new EventIdWindow(records, ageSec);
  }

  /** Bytes of the heap that it takes. Any thread, about. */
  public long bytes() {
    return ids.bytes();
  }

  /**
   * Takes what the log holds up to an offset, as far as it still does, without counting it.
   *
   * @param offset of the last record that is not to be asked about
   * @param behind records that the log holds behind it, at least
   */
  public void readUpTo(FeedbackLog log, long offset, long behind) throws IOException {
    if (offset == 0) {
      return;
    }
    try (LogTailer tailer = log.tailerOfLast(records + behind)) {
      boolean more = tailer.next();
      while (more && tailer.offset() <= offset) {
        var _ = isFirst(tailer);
        more = tailer.offset() < offset && tailer.next();
      }
    }
    repeated.reset();
  }

  /** Whether the tailer's record, the next of the log, counts. */
  public boolean isFirst(LogTailer tailer) throws IOException {
    byte[] id = eventId(tailer);
    if (id == null) {
      ids.pass();
      return true;
    }
    long[] hash = EventIdWindow.hash(id);
    long sec = LogRecords.loggedUs(tailer.bytes(), tailer.length()) / 1_000_000;
    boolean first = ids.offsetOf(hash, sec) == EventIdWindow.ABSENT;
    if (!first) {
      repeated.increment();
    }
    ids.add(hash, tailer.offset(), sec);
    return first;
  }

  private static byte @Nullable [] eventId(LogTailer tailer) throws IOException {
    try {
      byte[] id = LogRecords.eventId(tailer.bytes(), tailer.length());
      return id == null || id.length == 0 ? null : id;
    } catch (InvalidProtocolBufferException e) {
      return null; // Nobody can decode it: it goes into quarantine.
    }
  }

  /** What is remembered now; not changed by what is read after. */
  public EventIdWindow remembered() {
    return ids.copy();
  }

  /** Events that were left out. Any thread. */
  public long repeated() {
    return repeated.sum();
  }
}
