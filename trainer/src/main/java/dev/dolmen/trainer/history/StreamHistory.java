package dev.dolmen.trainer.history;

import dev.dolmen.trainer.log.FeedbackLog;
import dev.dolmen.v1.LogRecord;
import java.nio.file.Path;
import java.util.Map;

/** All that is remembered to be looked up. Written by the thread that applies the log. */
public final class StreamHistory {
  private final RecentImpressions shown;
  private final ItemHistory items;

  private StreamHistory(RecentImpressions shown, ItemHistory items) {
    this.shown = shown;
    this.items = items;
  }

  /**
   * What an earlier process has left in the directory.
   *
   * @param applied offset of the log from which on records will come
   * @param nowMs when it begins
   */
  public static StreamHistory open(Path directory, FeedbackLog log, long applied, long nowMs) {
    return new StreamHistory(
        new RecentImpressions(nowMs, RecentImpressions.BYTES_MAX),
        ItemHistoryFile.of(directory).read(log.lastOffset(), applied));
  }

  /** Of what is told of nothing. */
  public static StreamHistory none(long nowMs) {
    return new StreamHistory(new RecentImpressions(nowMs, 0), new ItemHistory(0, null));
  }

  /**
   * The next record that was applied.
   *
   * @param bytes the record from index 0
   * @param length of it
   * @param offset of it
   */
  public void read(LogRecord record, byte[] bytes, int length, long offset) {
    items.read(record, offset, shown.read(record, bytes, length));
  }

  /** What visits were shown recently. Any thread. */
  public RecentImpressions shown() {
    return shown;
  }

  /** How often items were shown and clicked. Any thread. */
  public ItemHistory items() {
    return items;
  }

  /** Bytes of the heap by part, about. Any thread. */
  public Map<String, Long> memoryBytes() {
    return Map.of("recent_impressions", shown.bytes(), "item_history", items.bytes());
  }

  /** Keeps what the next process can go on with; when nothing is told any more. */
  public void close() {
    items.close();
  }
}
