package dev.dolmen.parameterstore.store;

import dev.dolmen.parameterstore.random.MixedBits;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.snapshot.SectionInFlight;
import dev.dolmen.parameterstore.snapshot.SnapshotReader;
import dev.dolmen.parameterstore.snapshot.SnapshotWriter;
import dev.dolmen.parameterstore.snapshot.WholeSection;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * An embedding table in plain Java objects under one lock: the slow, obvious implementation that
 * {@link ChronicleEmbeddingTable} is tested against, with the same results bit for bit.
 */
public final class HeapEmbeddingTable implements EmbeddingTable {
  private final Schema schema;
  private final long seed;
  private final List<HeapSlotTable> tables = new ArrayList<>();
  private int expireSlot;
  private long touchedEpoch;
  private long touchedSequence;

  /**
   * @param seed source of the rows' first weights and of the draws that choose what makes room
   */
  public HeapEmbeddingTable(Schema schema, long seed) {
    this.schema = schema;
    this.seed = seed;
    for (int slot = 0; slot < schema.slots().size(); slot++) {
      tables.add(new HeapSlotTable(slot, schema.slots().get(slot).rows(), seed));
    }
  }

  @Override
  public int slots() {
    return tables.size();
  }

  @Override
  public int dim(int slot) {
    return schema.slots().get(slot).rows().dim();
  }

  @Override
  public synchronized int gather(
      int slot, long[] fids, int from, int n, float[] out, int outOffset) {
    return tables.get(slot).gather(fids, from, n, out, outOffset);
  }

  @Override
  public synchronized boolean contains(int slot, long fid) {
    return tables.get(slot).contains(fid);
  }

  @Override
  public synchronized RowFacts facts(int slot, long fid) {
    return tables.get(slot).facts(fid);
  }

  @Override
  public synchronized int gatherForTraining(
      int slot,
      long[] fids,
      int[] occurrences,
      int from,
      int n,
      long eventTimeSec,
      float[] out,
      int outOffset) {
    int second = TableLayout.checkEventTime(eventTimeSec);
    // Each may get a row, cost another its row, and a third its number.
    tables.get(slot).checkRoom(3L * n);
    return tables.get(slot).gatherForTraining(fids, occurrences, from, n, second, out, outOffset);
  }

  @Override
  public synchronized void applyGradients(
      int slot, long[] fids, int from, int n, float[] gradients, int gradientsOffset) {
    tables.get(slot).checkRoom(n);
    tables.get(slot).applyGradients(fids, from, n, gradients, gradientsOffset);
  }

  @Override
  public synchronized int setWeights(
      int slot, long[] fids, int from, int n, float[] weights, int offset) {
    tables.get(slot).checkRoom(n);
    return tables.get(slot).setWeights(fids, from, n, weights, offset);
  }

  @Override
  public synchronized int expire(long eventTimeSec, int maxRows) {
    TableLayout.checkEventTime(eventTimeSec);
    checkRoomToExpire(maxRows);
    int left = maxRows;
    int removed = 0;
    for (int visits = 0; visits < tables.size() && left > 0; visits++) {
      HeapSlotTable table = tables.get(expireSlot);
      long result = table.expire(eventTimeSec, left);
      left -= ExpirySweep.looked(result);
      removed += ExpirySweep.removed(result);
      if (ExpirySweep.ended(result)) {
        expireSlot = (expireSlot + 1) % tables.size();
      }
    }
    return removed;
  }

  @Override
  public synchronized SlotStatistics statistics(int slot) {
    return tables.get(slot).statistics();
  }

  @Override
  public synchronized long stateHash() {
    long hash = MixedBits.mix(seed) + expireSlot;
    for (HeapSlotTable table : tables) {
      hash = MixedBits.mix(hash) + table.stateHash();
    }
    return hash;
  }

  @Override
  public synchronized FrozenTable freeze(boolean delta) {
    byte[] layout = TableLayout.bytes(schema, seed, expireSlot);
    List<SectionInFlight> sections = new ArrayList<>();
    sections.add(new WholeSection(TableLayout.SECTION, out -> out.write(layout)));
    long rows = 0;
    try {
      for (HeapSlotTable table : tables) {
        rows += table.freeze(delta, sections);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new FrozenTable(sections, rows, this::settle);
  }

  private synchronized void settle(boolean durable) {
    tables.forEach(table -> table.settle(durable));
  }

  @Override
  public synchronized void trackTouched(long epoch, int maxFids) {
    touchedEpoch = epoch;
    tables.forEach(table -> table.trackTouched(maxFids));
  }

  /**
   * Of every slot before any is changed: what is swept may lose its row, and another its number.
   */
  private void checkRoomToExpire(int maxRows) {
    for (HeapSlotTable table : tables) {
      table.checkRoom(2L * Math.min(maxRows, table.rows()));
    }
  }

  @Override
  public synchronized int touchedFids(int slot) {
    return tables.get(slot).touchedFids();
  }

  @Override
  public synchronized TouchedBatch drainTouched(int slot, int maxFids) {
    return tables.get(slot).drainTouched(touchedEpoch, ++touchedSequence, maxFids);
  }

  @Override
  public synchronized long copyBytes(boolean delta) {
    return tables.stream().mapToLong(table -> table.copyBytes(delta)).sum();
  }

  @Override
  public long copyMemoryBytes() {
    return 0;
  }

  @Override
  public synchronized void writeTo(SnapshotWriter snapshot) throws IOException {
    try (DataOutputStream out = snapshot.section(TableLayout.SECTION)) {
      TableLayout.write(out, schema, seed, expireSlot);
    }
    for (HeapSlotTable table : tables) {
      table.writeTo(snapshot);
    }
  }

  @Override
  public synchronized void readFrom(SnapshotReader snapshot) throws IOException {
    TableLayout.Layout layout;
    try (DataInputStream in = snapshot.section(TableLayout.SECTION)) {
      layout = TableLayout.read(in, schema, seed);
    }
    expireSlot = layout.expireSlot();
    for (HeapSlotTable table : tables) {
      table.readFrom(snapshot, layout.version());
    }
  }

  @Override
  public synchronized void close() {
    tables.clear();
  }
}
