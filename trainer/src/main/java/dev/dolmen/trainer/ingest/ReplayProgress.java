package dev.dolmen.trainer.ingest;

import java.util.Locale;

/**
 * How far a start is with learning again what the log holds beyond its snapshot.
 *
 * @param records of the log learned again
 * @param totalRecords that there are to learn; 0 until they have been counted
 */
public record ReplayProgress(long records, long totalRecords) {
  /** As messages say it. */
  public String text() {
    return totalRecords == 0
        ? "the log is being replayed"
        : String.format(
            Locale.ROOT,
            "the log is being replayed: %,d of %,d records (%d%%)",
            records,
            totalRecords,
            100 * records / totalRecords);
  }
}
