package dev.dolmen.trainer.learn;

import dev.dolmen.trainer.stream.StreamState;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Counts since the model was born.
 *
 * @param batches batches learned
 * @param eventsLearned feedback events in them
 * @param skippedBatches batches left out because loss or gradient was not finite
 * @param stream counts of the stream
 */
public record LearnerCounts(
    long batches, long eventsLearned, long skippedBatches, StreamState.Counts stream) {
  /** Of a model that has learned nothing. */
  static final LearnerCounts NONE = new LearnerCounts(0, 0, 0, new StreamState.Counts(0, 0, 0));

  void writeTo(DataOutput out) throws IOException {
    out.writeLong(batches);
    out.writeLong(eventsLearned);
    out.writeLong(stream.eventTimeMs());
    out.writeLong(skippedBatches);
    out.writeLong(stream.inapplicable());
    out.writeLong(stream.flooded());
  }

  /** Reads what a snapshot's state begins with. */
  public static LearnerCounts readFrom(DataInput in) throws IOException {
    long batches = in.readLong();
    long eventsLearned = in.readLong();
    long eventTimeMs = in.readLong();
    long skippedBatches = in.readLong();
    long inapplicable = in.readLong();
    long flooded = in.readLong();
    return new LearnerCounts(
        batches,
        eventsLearned,
        skippedBatches,
        new StreamState.Counts(eventTimeMs, inapplicable, flooded));
  }
}
