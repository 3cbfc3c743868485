package dev.dolmen.parameterstore.store;

import static dev.dolmen.parameterstore.store.RowDescriptor.FID_OFFSET;
import static dev.dolmen.parameterstore.store.RowDescriptor.LAST_SEEN_OFFSET;
import static dev.dolmen.parameterstore.store.RowDescriptor.OCCURRENCES_OFFSET;
import static dev.dolmen.parameterstore.store.RowDescriptor.SEQUENCE_OFFSET;
import static dev.dolmen.parameterstore.store.RowDescriptor.WEIGHTS_OFFSET;

import dev.dolmen.parameterstore.feature.Fids;
import dev.dolmen.parameterstore.memory.NativeMemory;
import dev.dolmen.parameterstore.optimizer.RowState;
import dev.dolmen.parameterstore.schema.RowOptions;
import java.lang.foreign.Arena;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * What readers and the writer of one slot share: its rows, the index that finds them, and the
 * out-of-vocabulary row.
 *
 * <p>A place's sequence is odd while its row is written, so a reader that copies between two equal
 * even ones has a whole row; that the row is the fid's, the row itself says.
 */
final class SlotMemory implements AutoCloseable {
  /** Fids of a batch that are worked on together. */
  static final int SLICE = 64;

  /** Bytes that come from memory at once. */
  private static final int LINE_BYTES = 64;

  /**
   * Failed reads after which a reader gives its processor away: the writer may be waiting for it.
   */
  private static final int SPINS = 64;

  /** Fids of a batch that are worked on together, with what is known of their rows. */
  static final class Slice {
    private final long[] hashes = new long[SLICE];

    /** Number of what is probably the fid's row, or -1. */
    final int[] numbers = new int[SLICE];

    /** Its address, or that of the out-of-vocabulary row. */
    final long[] addresses = new long[SLICE];

    /** Sum of what was loaded ahead, so that the loads are not left out. */
    @SuppressWarnings("UnusedVariable")
    private int touched;
  }

  final RowOptions options;
  final int dim;
  final RowDescriptor row;
  final WeightCodec codec;
  private final SlotFootprint footprint;
  private final String name;
  private final long seed;
  private final int slot;
  private final RowDescriptor outOfVocabularyRow;
  private final Arena arena = Arena.ofShared();
  private final long outOfVocabulary;
  private volatile RowIndex index;
  private volatile ChronicleRows rows;

  SlotMemory(int slot, RowOptions options, long seed) {
    this.slot = slot;
    this.seed = seed;
    this.options = options;
    name = "slot-" + slot;
    dim = options.dim();
    row = RowDescriptor.of(options);
    codec = new WeightCodec(options.storage(), dim);
    footprint = SlotFootprint.of(options);
    outOfVocabularyRow = RowDescriptor.outOfVocabulary(options);
    outOfVocabulary = arena.allocate(outOfVocabularyRow.rowBytes(), LINE_BYTES).address();
    NativeMemory.putLong(outOfVocabulary + FID_OFFSET, Fids.OUT_OF_VOCABULARY);
    float[] state = new float[outOfVocabularyRow.stateFloats()];
    RowState.fill(options.segments(), new float[dim], state);
    NativeMemory.putFloats(outOfVocabulary + outOfVocabularyRow.stateOffset(), state);
    index = new RowIndex(options.maxRows());
    rows = newRows();
  }

  private ChronicleRows newRows() {
    return new ChronicleRows(name, row.rowBytes(), footprint.slabRowsLog2(), footprint.maxRows());
  }

  RowIndex index() {
    return index;
  }

  ChronicleRows rows() {
    return rows;
  }

  /** Rows at most. */
  long maxRows() {
    return footprint.maxRows();
  }

  /** Address of the out-of-vocabulary row, whose weights are floats. */
  long outOfVocabulary() {
    return outOfVocabulary;
  }

  RowDescriptor outOfVocabularyRow() {
    return outOfVocabularyRow;
  }

  /** Number of the fid's row, or -1. Any thread. */
  int find(long fid) {
    return index.find(fid, rows);
  }

  /**
   * Finds the rows of a slice, step by step for all of its fids, so that their cache misses
   * overlap: the index's entries are loaded, then searched, then lines of every row are loaded.
   *
   * @param n fids, {@link #SLICE} at most
   * @param bytes of each row that will be read
   */
  void find(long[] fids, int from, int n, int bytes, Slice slice) {
    RowIndex current = index;
    int touched = current.hash(fids, from, n, slice.hashes);
    current.candidates(slice.hashes, n, slice.numbers);
    rows.addresses(slice.numbers, n, outOfVocabulary, slice.addresses);
    for (int i = 0; i < n; i++) {
      long address = slice.addresses[i];
      for (int at = 0; at < bytes; at += LINE_BYTES) {
        touched += NativeMemory.getByte(address + at);
      }
    }
    slice.touched = touched;
  }

  /** Bytes of a row up to the end of its weights. */
  int bytesToRead() {
    return row.stateOffset();
  }

  /**
   * Copies the weights of the fid's row if it is whole and the fid's. Any thread.
   *
   * @param out overwritten from {@code at} on, also on failure
   */
  boolean tryRead(long address, long fid, float[] out, int at) {
    int before = NativeMemory.getIntAcquire(address + SEQUENCE_OFFSET);
    if ((before & 1) != 0 || NativeMemory.getLong(address + FID_OFFSET) != fid) {
      return false;
    }
    codec.read(address + WEIGHTS_OFFSET, out, at);
    VarHandle.acquireFence();
    return NativeMemory.getInt(address + SEQUENCE_OFFSET) == before;
  }

  /**
   * Looks until the fid's row is read whole, or the fid has none any more. Any thread.
   *
   * @return whether it has a row
   */
  boolean read(long fid, float[] out, int at) {
    for (int spins = 0; ; spins++) {
      int number = find(fid);
      if (number < 0) {
        readWithoutRow(fid, out, at);
        return false;
      }
      if (tryRead(rows.address(number), fid, out, at)) {
        return true;
      }
      pause(spins);
    }
  }

  /** Looks until the facts of the fid's row are of one moment; null if it has none. Any thread. */
  @Nullable RowFacts facts(long fid) {
    for (int spins = 0; ; spins++) {
      int number = find(fid);
      if (number < 0) {
        return null;
      }
      long address = rows.address(number);
      int before = NativeMemory.getIntAcquire(address + SEQUENCE_OFFSET);
      if ((before & 1) == 0 && NativeMemory.getLong(address + FID_OFFSET) == fid) {
        long seenSec = Integer.toUnsignedLong(NativeMemory.getInt(address + LAST_SEEN_OFFSET));
        int occurrences = NativeMemory.getInt(address + OCCURRENCES_OFFSET);
        VarHandle.acquireFence();
        if (NativeMemory.getInt(address + SEQUENCE_OFFSET) == before) {
          return new RowFacts(true, occurrences, seenSec);
        }
      }
      pause(spins);
    }
  }

  /** What the fid's row would start with if it got one now. Any thread. */
  void readWithoutRow(long fid, float[] out, int at) {
    readOutOfVocabulary(out, at);
    if (fid != Fids.OUT_OF_VOCABULARY) {
      addNoise(fid, out, at);
      codec.round(out, at);
    }
  }

  /** The deviation that tells the fid's row from others before it is learned. */
  void addNoise(long fid, float[] weights, int at) {
    SeededBits.addNoise(SeededBits.rowSeed(seed, slot, fid), options.segments(), weights, at);
  }

  private void readOutOfVocabulary(float[] out, int at) {
    for (int spins = 0; ; spins++) {
      int before = NativeMemory.getIntAcquire(outOfVocabulary + SEQUENCE_OFFSET);
      if ((before & 1) == 0) {
        NativeMemory.copyFloats(outOfVocabulary + WEIGHTS_OFFSET, out, at, dim);
        VarHandle.acquireFence();
        if (NativeMemory.getInt(outOfVocabulary + SEQUENCE_OFFSET) == before) {
          return;
        }
      }
      pause(spins);
    }
  }

  @SuppressWarnings("ThreadPriorityCheck") // A hint; correctness does not depend on it.
  static void pause(int spins) {
    if (spins < SPINS) {
      Thread.onSpinWait();
    } else {
      Thread.yield();
    }
  }

  /** No store after it becomes visible before the sequence is odd. Writer. */
  static void beginWrite(long address) {
    int sequence = NativeMemory.getInt(address + SEQUENCE_OFFSET);
    NativeMemory.putInt(address + SEQUENCE_OFFSET, sequence | 1);
    VarHandle.storeStoreFence();
  }

  /** The row is whole again. Writer. */
  static void endWrite(long address) {
    int sequence = NativeMemory.getInt(address + SEQUENCE_OFFSET);
    NativeMemory.putIntRelease(address + SEQUENCE_OFFSET, sequence + 1);
  }

  /** Forgets all rows but the out-of-vocabulary one. Writer, while there are no readers. */
  void clear() {
    index = new RowIndex(options.maxRows());
    rows.close();
    rows = newRows();
  }

  /** Unmaps everything: addresses are void from here on. */
  @Override
  public void close() {
    clear();
    arena.close();
  }
}
