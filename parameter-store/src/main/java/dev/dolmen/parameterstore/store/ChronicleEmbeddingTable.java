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
import java.util.ArrayList;
import java.util.List;

/**
 * An embedding table off the heap: rows lie in slabs, which are entries of in-memory Chronicle
 * Maps, are found through an index from fid to row number, and are read and updated where they lie.
 *
 * <p>Readers take no lock. A row's sequence word is odd while its place is written and differs
 * after every write, so a reader that finds the same even number before and after it has copied a
 * row of the right fid has a whole one; otherwise it looks the fid up again. Whoever still holds
 * the number of a row that ended or got another number fails one of the checks (a seqlock, after
 * Boehm, "Can seqlocks get along with programming language memory models?", 2012).
 *
 * <p>Nothing of it is on disk: a table starts empty, state comes from a snapshot and the replay of
 * what was logged after it, so that a crash in the middle of a write cannot be seen and a full disk
 * cannot end the process. {@link #close} waits for readers inside; whoever comes later gets an
 * {@link IllegalStateException}.
 */
public final class ChronicleEmbeddingTable implements EmbeddingTable {
  private final Schema schema;
  private final long seed;
  private final List<ChronicleSlotTable> tables = new ArrayList<>();
  private int expireSlot;
  private long touchedEpoch;
  private long touchedSequence;
  private boolean closed;

  /**
   * An empty table.
   *
   * @param seed source of the rows' first weights and of the draws that choose what makes room
   */
  public ChronicleEmbeddingTable(Schema schema, long seed) {
    this.schema = schema;
    this.seed = seed;
    ChronicleRows.loadClasses();
    for (int slot = 0; slot < schema.slots().size(); slot++) {
      tables.add(new ChronicleSlotTable(slot, schema.slots().get(slot).rows(), seed));
    }
  }

  @Override
  public int slots() {
    return tables.size();
  }

  @Override
  public int dim(int slot) {
    return tables.get(slot).dim();
  }

  @Override
  public int gather(int slot, long[] fids, int from, int n, float[] out, int outOffset) {
    return tables.get(slot).readers().gather(fids, from, n, out, outOffset);
  }

  @Override
  public boolean contains(int slot, long fid) {
    return tables.get(slot).readers().contains(fid);
  }

  @Override
  public RowFacts facts(int slot, long fid) {
    return tables.get(slot).facts(fid);
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
    checkOpen();
    int second = TableLayout.checkEventTime(eventTimeSec);
    // Each may get a row, cost another its row, and a third its number.
    tables.get(slot).checkRoom(3L * n);
    return tables.get(slot).gatherForTraining(fids, occurrences, from, n, second, out, outOffset);
  }

  @Override
  public void applyGradients(
      int slot, long[] fids, int from, int n, float[] gradients, int gradientsOffset) {
    checkOpen();
    tables.get(slot).checkRoom(n);
    tables.get(slot).applyGradients(fids, from, n, gradients, gradientsOffset);
  }

  @Override
  public int setWeights(int slot, long[] fids, int from, int n, float[] weights, int offset) {
    checkOpen();
    tables.get(slot).checkRoom(n);
    return tables.get(slot).setWeights(fids, from, n, weights, offset);
  }

  @Override
  public int expire(long eventTimeSec, int maxRows) {
    checkOpen();
    TableLayout.checkEventTime(eventTimeSec);
    checkRoomToExpire(maxRows);
    int left = maxRows;
    int removed = 0;
    for (int visits = 0; visits < tables.size() && left > 0; visits++) {
      long sweep = tables.get(expireSlot).expire(eventTimeSec, left);
      left -= ExpirySweep.looked(sweep);
      removed += ExpirySweep.removed(sweep);
      if (ExpirySweep.ended(sweep)) {
        expireSlot = (expireSlot + 1) % tables.size();
      }
    }
    return removed;
  }

  @Override
  public SlotStatistics statistics(int slot) {
    return tables.get(slot).statistics();
  }

  @Override
  public long stateHash() {
    checkOpen();
    long hash = MixedBits.mix(seed) + expireSlot;
    for (ChronicleSlotTable table : tables) {
      hash = MixedBits.mix(hash) + table.stateHash();
    }
    return hash;
  }

  @Override
  public FrozenTable freeze(boolean delta) {
    checkOpen();
    byte[] layout = TableLayout.bytes(schema, seed, expireSlot);
    List<SectionInFlight> sections = new ArrayList<>();
    sections.add(new WholeSection(TableLayout.SECTION, out -> out.write(layout)));
    long rows = 0;
    for (ChronicleSlotTable table : tables) {
      rows += table.freeze(delta, sections);
    }
    return new FrozenTable(sections, rows, this::settle);
  }

  private void settle(boolean durable) {
    tables.forEach(table -> table.settle(durable));
  }

  @Override
  public void trackTouched(long epoch, int maxFids) {
    checkOpen();
    touchedEpoch = epoch;
    tables.forEach(table -> table.trackTouched(maxFids));
  }

  /**
   * Of every slot before any is changed: what is swept may lose its row, and another its number.
   */
  private void checkRoomToExpire(int maxRows) {
    for (ChronicleSlotTable table : tables) {
      table.checkRoom(2L * Math.min(maxRows, table.rows()));
    }
  }

  @Override
  public int touchedFids(int slot) {
    return tables.get(slot).touchedFids();
  }

  @Override
  public TouchedBatch drainTouched(int slot, int maxFids) {
    checkOpen();
    return tables.get(slot).drainTouched(touchedEpoch, ++touchedSequence, maxFids);
  }

  @Override
  public long copyBytes(boolean delta) {
    return tables.stream().mapToLong(table -> table.copyBytes(delta)).sum();
  }

  @Override
  public long copyMemoryBytes() {
    return tables.stream().mapToLong(ChronicleSlotTable::copyMemoryBytes).sum();
  }

  @Override
  public void writeTo(SnapshotWriter snapshot) throws IOException {
    checkOpen();
    try (DataOutputStream out = snapshot.section(TableLayout.SECTION)) {
      TableLayout.write(out, schema, seed, expireSlot);
    }
    for (ChronicleSlotTable table : tables) {
      table.writeTo(snapshot);
    }
  }

  @Override
  public void readFrom(SnapshotReader snapshot) throws IOException {
    checkOpen();
    TableLayout.Layout layout;
    try (DataInputStream in = snapshot.section(TableLayout.SECTION)) {
      layout = TableLayout.read(in, schema, seed);
    }
    expireSlot = layout.expireSlot();
    for (ChronicleSlotTable table : tables) {
      table.readFrom(snapshot, layout.version());
    }
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the table is closed");
    }
  }

  @Override
  public void close() {
    closed = true;
    for (ChronicleSlotTable table : tables) {
      table.close();
    }
  }
}
