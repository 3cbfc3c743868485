package dev.dolmen.trainer.sync;

import dev.dolmen.v1.BatchEnd;
import dev.dolmen.v1.ParameterRecord;
import dev.dolmen.v1.SyncHead;
import java.util.ArrayList;
import java.util.List;

/**
 * A whole sync, as it was read.
 *
 * @param epoch of the trainer that sent it
 * @param number within the epoch
 * @param head what it is as of
 * @param parts all of its records, the head's first
 * @param bytes that they take
 */
public record Sync(
    long epoch, long number, SyncHead head, List<ParameterRecord> parts, long bytes) {
  /**
   * Where a batch ended.
   *
   * @param number of the batch
   * @param logOffset of its last record
   * @param eventTimeMs event time when it was learned
   */
  public record End(long number, long logOffset, long eventTimeMs) {}

  /** Batches that it tells of, in order. */
  public List<End> ends() {
    List<End> ends = new ArrayList<>(head.getEndsCount());
    long number = head.getBatches() - head.getEndsCount();
    long offset = 0;
    for (BatchEnd end : head.getEndsList()) {
      offset += end.getLogOffsetMore();
      ends.add(new End(++number, offset, end.getEventTimeMs()));
    }
    return ends;
  }
}
