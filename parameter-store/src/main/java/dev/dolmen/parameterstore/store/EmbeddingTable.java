package dev.dolmen.parameterstore.store;

import dev.dolmen.parameterstore.snapshot.SnapshotReader;
import dev.dolmen.parameterstore.snapshot.SnapshotWriter;
import java.io.Closeable;
import java.io.IOException;

/**
 * Embedding rows of every slot, found by 64-bit fid, never colliding.
 *
 * <p>One writer, the trainer's thread, calls the methods of this interface; any thread may call
 * those of {@link EmbeddingReader} at the same time and never sees a torn row or a row of another
 * fid. Code that only reads is handed the reader.
 *
 * <p>A row of its own starts as what the reader represents a fid without one by: what was learned
 * about rare values in general is where learning about this one goes on.
 */
public interface EmbeddingTable extends EmbeddingReader, Closeable {
  /**
   * Counts {@code occurrences[i]} more occurrences of each distinct fid, admits those that reach
   * the threshold, refreshes last-seen and copies rows as {@link #gather} does. A slot that has its
   * most rows already gives up its least recently seen one for each that it admits (of 16 drawn at
   * random where it has more than 64; seeded, so a replay gives up the same).
   *
   * <p>Last-seen never goes back: of an event time earlier than the row's the later one stays.
   *
   * @param occurrences times each fid occurs in the batch, at least 1
   * @param eventTimeSec event time of the batch, seconds since 1970
   * @return how many have a row of their own
   * @throws IllegalArgumentException if an occurrence is below 1, or the event time before 1970 or
   *     beyond 32 bits (February 2106)
   */
  int gatherForTraining(
      int slot,
      long[] fids,
      int[] occurrences,
      int from,
      int n,
      long eventTimeSec,
      float[] out,
      int outOffset);

  /**
   * One optimiser step on the row of each distinct fid, in place; gradients of fids without a row
   * of their own are summed, in the order given, into one step on the out-of-vocabulary row. A
   * gradient that is not finite leaves its row as it is and is counted.
   *
   * @param gradients row-major [n, dim], summed per fid by the caller; read only
   */
  void applyGradients(
      int slot, long[] fids, int from, int n, float[] gradients, int gradientsOffset);

  /**
   * Replaces the weights of each distinct fid's row, as another trainer would have them; its
   * optimizer state, last-seen and occurrences stay. {@link
   * dev.dolmen.parameterstore.feature.Fids#OUT_OF_VOCABULARY} is the out-of-vocabulary row; a fid
   * without a row of its own is passed over. Weights are rounded to the nearest where the slot
   * keeps fewer bits.
   *
   * @param weights row-major [n, dim] from {@code offset} on; read only
   * @return how many fids had a row
   * @throws IllegalArgumentException if a number is not finite, or the slot's weights are a
   *     function of their optimizer's state (FTRL): nothing has changed
   */
  int setWeights(int slot, long[] fids, int from, int n, float[] weights, int offset);

  /**
   * Removes rows last seen more than their time to live before, looking at no more than {@code
   * maxRows} rows of all slots and going on where the last call stopped.
   *
   * @return rows removed
   */
  int expire(long eventTimeSec, int maxRows);

  /**
   * Hash of everything that decides what the table does next (rows, filter, positions, but not the
   * statistics), for comparing two states; equal states hash alike in every implementation.
   */
  long stateHash();

  /**
   * Takes what a snapshot needs, as it is now, to be written piece by piece while this one goes on.
   * What has changed since the last one counts as taken from here on. One at a time: {@link
   * FrozenTable#release} must come before the next.
   *
   * @param delta whether to take only the rows that have changed (weights, state, last-seen,
   *     occurrences, number) since the last one or since {@link #readFrom}; filters are always
   *     whole
   * @throws IllegalStateException if the one before was not released
   */
  FrozenTable freeze(boolean delta);

  /**
   * Begins to keep the touched fids of every slot for a reader elsewhere: all rows there are, then
   * those whose weights, occurrences or last-seen change, who get a row or lose it. None is ever
   * dropped: a call of the writer that could touch more than {@code maxFids} of a slot ends with a
   * {@link TouchedFullException} and has changed nothing. Ends with {@link #readFrom}.
   *
   * @param epoch larger than that of every tracking before, also in other processes
   * @param maxFids fids of a slot that may wait to be drained; at least three times those of a
   *     batch
   */
  void trackTouched(long epoch, int maxFids);

  /** Touched fids of a slot that wait to be drained; 0 without {@link #trackTouched}. */
  int touchedFids(int slot);

  /**
   * Takes touched fids of a slot with the weights that they have now; see {@link
   * TouchedRowsReceiver} for how to apply them.
   *
   * @param maxFids fids at most, at least 1
   * @throws IllegalStateException without {@link #trackTouched}
   */
  TouchedBatch drainTouched(int slot, int maxFids);

  /** Bytes of rows that {@link #freeze} would take now. */
  long copyBytes(boolean delta);

  /** Bytes of rows that are kept as they were for a snapshot in flight. Any thread, about. */
  long copyMemoryBytes();

  /** Writes the whole state as sections named {@code table/…}. */
  void writeTo(SnapshotWriter snapshot) throws IOException;

  /**
   * Replaces the whole state by that of a snapshot. Before anything reads the table.
   *
   * @throws IOException if the snapshot is of another format version, seed or schema, or damaged;
   *     the table must then not be used
   */
  void readFrom(SnapshotReader snapshot) throws IOException;
}
