package dev.dolmen.evaluation.table;

import dev.dolmen.parameterstore.snapshot.SnapshotReader;
import dev.dolmen.parameterstore.snapshot.SnapshotWriter;
import dev.dolmen.parameterstore.store.EmbeddingTable;
import dev.dolmen.parameterstore.store.FrozenTable;
import dev.dolmen.parameterstore.store.RowFacts;
import dev.dolmen.parameterstore.store.SlotStatistics;
import dev.dolmen.parameterstore.store.TouchedBatch;
import java.io.IOException;

/**
 * A table that hands every call on to another, as it is. A subclass overrides what it does in
 * another way and reaches the other table by {@code super}: no method here calls another one.
 *
 * <p>Threads and errors as for the table that it stands before.
 */
public abstract class ForwardingTable implements EmbeddingTable {
  private final EmbeddingTable table;

  /** Stands before {@code table}, which it owns. */
  protected ForwardingTable(EmbeddingTable table) {
    this.table = table;
  }

  @Override
  public int slots() {
    return table.slots();
  }

  @Override
  public int dim(int slot) {
    return table.dim(slot);
  }

  @Override
  public int gather(int slot, long[] fids, int from, int n, float[] out, int outOffset) {
    return table.gather(slot, fids, from, n, out, outOffset);
  }

  @Override
  public boolean contains(int slot, long fid) {
    return table.contains(slot, fid);
  }

  @Override
  public RowFacts facts(int slot, long fid) {
    return table.facts(slot, fid);
  }

  @Override
  public SlotStatistics statistics(int slot) {
    return table.statistics(slot);
  }

  @Override
  public int gatherForTraining(
      int slot,
      long[] fids,
      int[] occurrences,
      int from,
      int n,
      long eventTimeSec,
      float[] out,
      int outOffset) {
    return table.gatherForTraining(slot, fids, occurrences, from, n, eventTimeSec, out, outOffset);
  }

  @Override
  public void applyGradients(
      int slot, long[] fids, int from, int n, float[] gradients, int gradientsOffset) {
    table.applyGradients(slot, fids, from, n, gradients, gradientsOffset);
  }

  @Override
  public int setWeights(int slot, long[] fids, int from, int n, float[] weights, int offset) {
    return table.setWeights(slot, fids, from, n, weights, offset);
  }

  @Override
  public int expire(long eventTimeSec, int maxRows) {
    return table.expire(eventTimeSec, maxRows);
  }

  @Override
  public long stateHash() {
    return table.stateHash();
  }

  @Override
  public FrozenTable freeze(boolean delta) {
    return table.freeze(delta);
  }

  @Override
  public void trackTouched(long epoch, int maxFids) {
    table.trackTouched(epoch, maxFids);
  }

  @Override
  public int touchedFids(int slot) {
    return table.touchedFids(slot);
  }

  @Override
  public TouchedBatch drainTouched(int slot, int maxFids) {
    return table.drainTouched(slot, maxFids);
  }

  @Override
  public long copyBytes(boolean delta) {
    return table.copyBytes(delta);
  }

  @Override
  public long copyMemoryBytes() {
    return table.copyMemoryBytes();
  }

  @Override
  public void writeTo(SnapshotWriter snapshot) throws IOException {
    table.writeTo(snapshot);
  }

  @Override
  public void readFrom(SnapshotReader snapshot) throws IOException {
    table.readFrom(snapshot);
  }

  @Override
  public void close() throws IOException {
    table.close();
  }
}
