package dev.dolmen.parameterstore.table;

import static dev.dolmen.parameterstore.table.RowDescriptor.FID_OFFSET;
import static dev.dolmen.parameterstore.table.RowDescriptor.LAST_SEEN_OFFSET;
import static dev.dolmen.parameterstore.table.RowDescriptor.OCCURRENCES_OFFSET;
import static dev.dolmen.parameterstore.table.RowDescriptor.SEQUENCE_OFFSET;
import static dev.dolmen.parameterstore.table.RowDescriptor.WEIGHTS_OFFSET;

import dev.dolmen.parameterstore.admission.AdmissionFilter;
import dev.dolmen.parameterstore.fid.Fids;
import dev.dolmen.parameterstore.memory.NativeMemory;
import dev.dolmen.parameterstore.optimizer.RowState;
import dev.dolmen.parameterstore.optimizer.VectorSegments;
import dev.dolmen.parameterstore.schema.RowOptions;
import dev.dolmen.parameterstore.schema.WeightStorage;
import dev.dolmen.parameterstore.snapshot.RowsFormat;
import dev.dolmen.parameterstore.snapshot.SnapshotReader;
import dev.dolmen.parameterstore.snapshot.SnapshotWriter;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * One slot of {@link ChronicleEmbeddingTable}.
 *
 * <p>Batches are worked on in slices of {@link #SLICE} fids: first all addresses are found, then
 * the first line of every row is touched, then the rows are read or updated, so that the cache
 * misses of a slice overlap.
 */
final class ChronicleSlotTable {
  private static final int SLICE = 64;

  /** Bytes that come from memory at once. */
  private static final int LINE_BYTES = 64;

  /**
   * Failed reads after which a reader gives its processor away: the writer may be waiting for it.
   */
  private static final int SPINS = 64;

  /** Fids of a batch that are worked on together, with what is known of their rows. */
  private static final class Slice {
    final int[] numbers = new int[SLICE];
    final long[] addresses = new long[SLICE];
    final int[] sequences = new int[SLICE];

    /** Sum of what was loaded ahead, so that the loads are not left out. */
    @SuppressWarnings("UnusedVariable")
    int touched;
  }

  private static final ThreadLocal<Slice> READER_SLICE = ThreadLocal.withInitial(Slice::new);

  private final int slot;
  private final RowOptions options;
  private final long seed;
  private final int dim;
  private final RowDescriptor row;
  private final RowDescriptor outOfVocabularyRow;
  private final SlotFootprint footprint;
  private final boolean inFloats;
  private final boolean countsSteps;
  private final WeightCodec codec;
  private final VectorSegments optimizer;
  private final Arena arena = Arena.ofShared();
  private final long outOfVocabulary;

  /** A row's weights in floats while it is written. */
  private final long weightScratch;

  private final Slice writerSlice = new Slice();
  private final float[] outOfVocabularyGradient;
  private final float[] newWeights;
  private final float[] newState;

  private volatile RowIndex index;
  private volatile ChronicleRows rows;
  private @Nullable AdmissionFilter filter;
  private long evictions;
  private long steps;
  private int expirePosition;
  private volatile boolean closed;

  private final TouchedRows touched = new TouchedRows();

  /** Copies of rows for a snapshot, each behind its number, big-endian. */
  private final RowBuffer deltaCopies;

  private final RowBuffer wholeCopies;
  private final SlotCounters counters = new SlotCounters();
  private final LongAdder lookups = new LongAdder();

  /** Calls of readers that began and that ended: when they are equal, no reader is inside. */
  private final LongAdder begun = new LongAdder();

  private final LongAdder ended = new LongAdder();
  private final LongAdder hits = new LongAdder();

  ChronicleSlotTable(int slot, RowOptions options, long seed) {
    this.slot = slot;
    this.options = options;
    this.seed = seed;
    dim = options.dim();
    row = RowDescriptor.of(options);
    outOfVocabularyRow = RowDescriptor.outOfVocabulary(options);
    footprint = SlotFootprint.of(options);
    countsSteps = TableLayout.countsSteps(options);
    inFloats = options.storage() == WeightStorage.FP32;
    codec = new WeightCodec(options.storage(), dim);
    optimizer = new VectorSegments(options.segments());
    outOfVocabulary = arena.allocate(outOfVocabularyRow.rowBytes(), 8).address();
    weightScratch = arena.allocate(4L * dim, 64).address();
    NativeMemory.putLong(outOfVocabulary + FID_OFFSET, Fids.OUT_OF_VOCABULARY);
    outOfVocabularyGradient = new float[dim];
    newWeights = new float[dim];
    newState = new float[row.stateFloats()];
    RowState.fill(options.segments(), newWeights, newState);
    NativeMemory.putFloats(outOfVocabulary + outOfVocabularyRow.stateOffset(), newState);
    deltaCopies = new RowBuffer(Integer.BYTES + TableLayout.rowBytes(options));
    wholeCopies = new RowBuffer(TableLayout.rowBytes(options));
    index = new RowIndex(options.maxRows());
    rows = newRows();
    filter = TableLayout.filter(options, seed, slot);
    publishSizes();
  }

  private ChronicleRows newRows() {
    return new ChronicleRows(
        "slot-" + slot, row.rowBytes(), footprint.slabRowsLog2(), footprint.maxRows());
  }

  int dim() {
    return dim;
  }

  // Readers: any thread.

  boolean contains(long fid) {
    enter();
    try {
      return index.find(fid, rows) >= 0;
    } finally {
      ended.increment();
    }
  }

  /**
   * Registers before it looks whether the table is closed; {@link #close} does it the other way.
   */
  private void enter() {
    begun.increment();
    if (closed) {
      ended.increment();
      throw new IllegalStateException("the table is closed");
    }
  }

  int gather(long[] fids, int from, int n, float[] out, int outOffset) {
    BatchBounds.check(fids, from, n, out, outOffset, dim);
    enter();
    try {
      int own = gatherInside(fids, from, n, out, outOffset);
      lookups.add(n);
      hits.add(own);
      return own;
    } finally {
      ended.increment();
    }
  }

  private int gatherInside(long[] fids, int from, int n, float[] out, int outOffset) {
    Slice slice = READER_SLICE.get();
    int own = 0;
    for (int start = 0; start < n; start += SLICE) {
      int length = Math.min(SLICE, n - start);
      findAndTouch(fids, from + start, length, slice);
      for (int i = 0; i < length; i++) {
        int at = outOffset + (start + i) * dim;
        long fid = fids[from + start + i];
        long address = slice.addresses[i];
        if (address == 0) {
          readWithoutRow(fid, out, at);
        } else if (tryRead(address, slice.sequences[i], fid, out, at) || read(fid, out, at)) {
          own++;
        }
      }
    }
    return own;
  }

  /** Finds the rows of a slice, then loads from all lines of all of them at once. */
  private void findAndTouch(long[] fids, int from, int length, Slice slice) {
    RowIndex current = index;
    for (int i = 0; i < length; i++) {
      slice.numbers[i] = current.candidate(fids[from + i]);
    }
    rows.addresses(slice.numbers, length, slice.addresses);
    int bytes = row.rowBytes();
    int touched = 0;
    for (int i = 0; i < length; i++) {
      long address = slice.addresses[i];
      if (address != 0) {
        slice.sequences[i] = NativeMemory.getIntAcquire(address + SEQUENCE_OFFSET);
        for (int at = LINE_BYTES; at < bytes; at += LINE_BYTES) {
          touched += NativeMemory.getInt(address + at);
        }
      }
    }
    slice.touched = touched;
  }

  /**
   * Copies the fid's row if it is whole and the fid's.
   *
   * @param before its sequence, loaded earlier
   */
  private boolean tryRead(long address, int before, long fid, float[] out, int at) {
    if ((before & 1) != 0 || NativeMemory.getLong(address + FID_OFFSET) != fid) {
      return false;
    }
    codec.read(address + WEIGHTS_OFFSET, out, at);
    VarHandle.acquireFence();
    return NativeMemory.getInt(address + SEQUENCE_OFFSET) == before;
  }

  /** Looks again until the row is read whole, or the fid has none any more. */
  private boolean read(long fid, float[] out, int at) {
    for (int spins = 0; ; spins++) {
      int number = index.find(fid, rows);
      if (number < 0) {
        readWithoutRow(fid, out, at);
        return false;
      }
      long address = rows.address(number);
      int before = NativeMemory.getIntAcquire(address + SEQUENCE_OFFSET);
      if (tryRead(address, before, fid, out, at)) {
        return true;
      }
      pause(spins);
    }
  }

  /** What the fid's row would start with if it got one now. */
  private void readWithoutRow(long fid, float[] out, int at) {
    readOutOfVocabulary(out, at);
    if (fid != Fids.OUT_OF_VOCABULARY) {
      addNoise(fid, out, at);
      codec.round(out, at);
    }
  }

  private void addNoise(long fid, float[] out, int at) {
    SeededBits.addNoise(SeededBits.rowSeed(seed, slot, fid), options.segments(), out, at);
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

  // Writer.

  int gatherForTraining(
      long[] fids, int[] occurrences, int from, int n, int second, float[] out, int outOffset) {
    BatchBounds.check(fids, from, n, out, outOffset, dim);
    BatchBounds.checkOccurrences(occurrences, from, n);
    int own = 0;
    for (int start = 0; start < n; start += SLICE) {
      int length = Math.min(SLICE, n - start);
      findAndTouch(fids, from + start, length, writerSlice);
      for (int i = 0; i < length; i++) {
        int in = from + start + i;
        int number = see(writerSlice.numbers[i], fids[in], occurrences[in], second);
        own += number < 0 ? 0 : 1;
        int at = outOffset + (start + i) * dim;
        if (number < 0) {
          readWithoutRow(fids[in], out, at);
        } else {
          codec.read(rows.address(number) + WEIGHTS_OFFSET, out, at);
        }
      }
    }
    publishSizes();
    return own;
  }

  /**
   * @return number of the fid's row, or -1
   */
  private int see(int candidate, long fid, int occurrences, int second) {
    int number = confirm(candidate, fid);
    if (number < 0) {
      return fid == Fids.OUT_OF_VOCABULARY ? -1 : seeWithoutRow(fid, occurrences, second);
    }
    long address = rows.address(number);
    if (Integer.compareUnsigned(second, NativeMemory.getInt(address + LAST_SEEN_OFFSET)) > 0) {
      NativeMemory.putInt(address + LAST_SEEN_OFFSET, second);
    }
    long count = (long) NativeMemory.getInt(address + OCCURRENCES_OFFSET) + occurrences;
    NativeMemory.putInt(address + OCCURRENCES_OFFSET, (int) Math.min(Integer.MAX_VALUE, count));
    touched.add(number);
    return number;
  }

  /** The candidate if it is still the fid's row, else whatever is. */
  private int confirm(int candidate, long fid) {
    if (candidate >= 0
        && candidate < rows.size()
        && NativeMemory.getLong(rows.address(candidate) + FID_OFFSET) == fid) {
      return candidate;
    }
    return index.find(fid, rows);
  }

  private int seeWithoutRow(long fid, int occurrences, int second) {
    int count = filter == null ? occurrences : filter.admit(fid, occurrences);
    if (count == 0) {
      counters.filtered++;
      return -1;
    }
    counters.admitted++;
    if (rows.size() == footprint.maxRows()) {
      remove(leastRecentlySeen());
      evictions++;
      counters.evicted++;
    }
    int number = rows.add();
    long address = rows.address(number);
    beginWrite(address);
    NativeMemory.putLong(address + FID_OFFSET, fid);
    NativeMemory.putInt(address + LAST_SEEN_OFFSET, second);
    NativeMemory.putInt(address + OCCURRENCES_OFFSET, count);
    fillRow(address, SeededBits.rowSeed(seed, slot, fid));
    endWrite(address);
    index.add(fid, number);
    touched.add(number);
    return number;
  }

  /** The out-of-vocabulary row with noise; its state goes with it. */
  private void fillRow(long address, long rowSeed) {
    NativeMemory.copyFloats(outOfVocabulary + WEIGHTS_OFFSET, newWeights, 0, dim);
    SeededBits.addNoise(rowSeed, options.segments(), newWeights, 0);
    NativeMemory.putFloats(weightScratch, newWeights);
    codec.pack(weightScratch, address + WEIGHTS_OFFSET, WeightRounding.NEAREST);
    codec.read(address + WEIGHTS_OFFSET, newWeights, 0);
    RowState.fill(options.segments(), newWeights, newState);
    NativeMemory.putFloats(address + row.stateOffset(), newState);
  }

  private int leastRecentlySeen() {
    int size = rows.size();
    int victim = -1;
    long victimAddress = 0;
    for (int i = 0; i < EvictionDraw.looks(size); i++) {
      int number = EvictionDraw.number(seed, slot, evictions, i, size);
      long address = rows.address(number);
      if (victim < 0 || olderThan(address, victimAddress)) {
        victim = number;
        victimAddress = address;
      }
    }
    return victim;
  }

  private static boolean olderThan(long a, long b) {
    int bySecond =
        Integer.compareUnsigned(
            NativeMemory.getInt(a + LAST_SEEN_OFFSET), NativeMemory.getInt(b + LAST_SEEN_OFFSET));
    return bySecond < 0
        || (bySecond == 0
            && NativeMemory.getInt(a + OCCURRENCES_OFFSET)
                < NativeMemory.getInt(b + OCCURRENCES_OFFSET));
  }

  /**
   * The last row takes the place and the number of the removed one: first the removed row's entry
   * is retired, then its place overwritten, then the moved row's entry points there, and only then
   * the place that it left becomes free. Each place's sequence is odd from before the first change
   * to it, so whoever still holds its number finds out.
   */
  private void remove(int number) {
    int last = rows.size() - 1;
    long address = rows.address(number);
    touched.removed(NativeMemory.getLong(address + FID_OFFSET));
    index.remove(NativeMemory.getLong(address + FID_OFFSET), number);
    beginWrite(address);
    if (number < last) {
      long from = rows.address(last);
      long moved = NativeMemory.getLong(from + FID_OFFSET);
      NativeMemory.putLong(address + FID_OFFSET, moved);
      NativeMemory.copy(from + LAST_SEEN_OFFSET, address + LAST_SEEN_OFFSET, row.contentBytes());
      endWrite(address);
      touched.add(number);
      index.move(moved, last, number);
      beginWrite(from);
    }
    rows.removeLast();
    touched.remove(last);
  }

  void applyGradients(long[] fids, int from, int n, float[] gradients, int gradientsOffset) {
    BatchBounds.check(fids, from, n, gradients, gradientsOffset, dim);
    if (countsSteps) {
      optimizer.at(++steps);
    }
    boolean withoutRow = false;
    for (int start = 0; start < n; start += SLICE) {
      int length = Math.min(SLICE, n - start);
      findAndTouch(fids, from + start, length, writerSlice);
      for (int i = 0; i < length; i++) {
        int at = gradientsOffset + (start + i) * dim;
        int number = confirm(writerSlice.numbers[i], fids[from + start + i]);
        if (number >= 0) {
          step(rows.address(number), gradients, at);
          touched.add(number);
          continue;
        }
        withoutRow = true;
        for (int j = 0; j < dim; j++) {
          outOfVocabularyGradient[j] += gradients[at + j];
        }
      }
    }
    if (withoutRow) {
      stepOutOfVocabulary();
      Arrays.fill(outOfVocabularyGradient, 0);
    }
  }

  private void step(long address, float[] gradients, int at) {
    beginWrite(address);
    long weights = address + WEIGHTS_OFFSET;
    long floats = inFloats ? weights : weightScratch;
    if (!inFloats) {
      codec.unpack(weights, weightScratch);
    }
    if (!optimizer.step(floats, address + row.stateOffset(), gradients, at)) {
      counters.refusedGradients++;
    } else if (!inFloats) {
      long fid = NativeMemory.getLong(address + FID_OFFSET);
      codec.pack(weightScratch, weights, SeededBits.roundingSeed(seed, slot, fid, steps));
    }
    endWrite(address);
  }

  private void stepOutOfVocabulary() {
    beginWrite(outOfVocabulary);
    long state = outOfVocabulary + outOfVocabularyRow.stateOffset();
    if (!optimizer.step(outOfVocabulary + WEIGHTS_OFFSET, state, outOfVocabularyGradient, 0)) {
      counters.refusedGradients++;
    }
    endWrite(outOfVocabulary);
  }

  /** No store after it becomes visible before the sequence is odd. */
  private static void beginWrite(long address) {
    int sequence = NativeMemory.getInt(address + SEQUENCE_OFFSET);
    NativeMemory.putInt(address + SEQUENCE_OFFSET, sequence | 1);
    VarHandle.storeStoreFence();
  }

  private static void endWrite(long address) {
    int sequence = NativeMemory.getInt(address + SEQUENCE_OFFSET);
    NativeMemory.putIntRelease(address + SEQUENCE_OFFSET, sequence + 1);
  }

  /** See {@link EmbeddingTable#expire}; for this slot only. */
  long expire(long eventTimeSec, int maxRows) {
    if (options.ttlSec() == 0) {
      return ExpirySweep.of(0, 0, true);
    }
    int looked = 0;
    int removed = 0;
    while (expirePosition < rows.size() && looked < maxRows) {
      looked++;
      long address = rows.address(expirePosition);
      long seenSec = Integer.toUnsignedLong(NativeMemory.getInt(address + LAST_SEEN_OFFSET));
      if (eventTimeSec - seenSec > options.ttlSec()) {
        remove(expirePosition);
        removed++;
      } else {
        expirePosition++;
      }
    }
    counters.expired += removed;
    boolean ended = expirePosition >= rows.size();
    if (ended) {
      expirePosition = 0;
    }
    publishSizes();
    return ExpirySweep.of(looked, removed, ended);
  }

  private void publishSizes() {
    counters.publish(
        rows.size(),
        rows.memoryBytes(),
        index.memoryBytes(),
        touched.memoryBytes(),
        filter == null ? 0 : filter.memoryBytes());
  }

  SlotStatistics statistics() {
    return counters.statistics(
        row.rowBytes(), lookups.sum(), hits.sum(), footprint.maxRows(), options.maxBytes());
  }

  long stateHash() {
    long hash =
        RowHash.start(evictions, expirePosition, steps, filter == null ? 0 : filter.stateHash());
    hash = hash(hash, outOfVocabulary, outOfVocabularyRow);
    for (int number = 0; number < rows.size(); number++) {
      hash = hash(hash, rows.address(number), row);
    }
    return hash;
  }

  private static long hash(long hash, long address, RowDescriptor descriptor) {
    long next =
        RowHash.add(
            hash,
            NativeMemory.getLong(address + FID_OFFSET),
            NativeMemory.getInt(address + LAST_SEEN_OFFSET),
            NativeMemory.getInt(address + OCCURRENCES_OFFSET));
    for (int i = 0; i < descriptor.learnedBytes(); i += 4) {
      next = RowHash.add(next, NativeMemory.getInt(address + WEIGHTS_OFFSET + i));
    }
    return next;
  }

  private final TouchedFids.Rows trackedRows =
      new TouchedFids.Rows() {
        @Override
        public boolean contains(long fid) {
          return index.find(fid, rows) >= 0;
        }

        @Override
        public long fid(int number) {
          return NativeMemory.getLong(rows.address(number) + FID_OFFSET);
        }

        @Override
        public void copy(int number, float[] out, int at) {
          if (number < 0) {
            NativeMemory.copyFloats(outOfVocabulary + WEIGHTS_OFFSET, out, at, dim);
          } else {
            codec.read(rows.address(number) + WEIGHTS_OFFSET, out, at);
          }
        }
      };

  /** See {@link EmbeddingTable#trackTouched}. */
  void trackTouched(int maxFids) {
    touched.track(new TouchedFids(slot, maxFids, rows.size()));
  }

  int touchedFids() {
    TouchedFids now = touched.tracked();
    return now == null ? 0 : now.count();
  }

  TouchedBatch drainTouched(long epoch, long sequence, int maxFids) {
    TouchedFids now = touched.tracked();
    if (now == null) {
      throw new IllegalStateException("touched fids are not tracked");
    }
    if (maxFids < 1) {
      throw new IllegalArgumentException("maxFids: " + maxFids + " is not above 0");
    }
    return now.drain(epoch, sequence, dim, maxFids, trackedRows);
  }

  /** See {@link TouchedFids#checkRoom}. */
  void checkRoom(long fids) {
    touched.checkRoom(fids);
  }

  int rows() {
    return rows.size();
  }

  /** See {@link EmbeddingTable#freeze}. */
  FrozenSlot freeze(boolean delta) {
    touched.checkSettled();
    RowBuffer copies = delta ? copyTouched() : copyAll();
    take();
    return new FrozenSlot(
        slot,
        delta,
        head(),
        TableLayout.rowBytes(options),
        rows.size(),
        copies,
        filter == null ? null : filter.copy());
  }

  private RowBuffer copyTouched() {
    for (int number = touched.next(0); number >= 0; number = touched.next(number + 1)) {
      long copy = deltaCopies.add();
      NativeMemory.putInt(copy, Integer.reverseBytes(number));
      copyRow(rows.address(number), copy + Integer.BYTES);
    }
    return deltaCopies;
  }

  private RowBuffer copyAll() {
    for (int number = 0; number < rows.size(); number++) {
      copyRow(rows.address(number), wholeCopies.add());
    }
    return wholeCopies;
  }

  /** As a snapshot has it: everything but sequence and number. */
  private void copyRow(long address, long copy) {
    NativeMemory.copy(address + FID_OFFSET, copy, Long.BYTES);
    NativeMemory.copy(
        address + LAST_SEEN_OFFSET, copy + Long.BYTES, TableLayout.rowBytes(options) - Long.BYTES);
  }

  private byte[] head() {
    byte[] head = TableLayout.head(options, evictions, expirePosition, steps);
    int from = TableLayout.HEAD_COUNT_BYTES;
    NativeMemory.copyBytes(outOfVocabulary + WEIGHTS_OFFSET, head, from, head.length - from);
    return head;
  }

  /** All changes up to now are a snapshot's. */
  void take() {
    touched.take();
  }

  /** See {@link FrozenTable#release}. */
  void settle(boolean durable) {
    deltaCopies.clear();
    wholeCopies.clear();
    touched.settle(durable, rows.size());
  }

  long copyBytes(boolean delta) {
    return (long) (delta ? touched.count() : rows.size()) * TableLayout.rowBytes(options);
  }

  long copyMemoryBytes() {
    return deltaCopies.memoryBytes() + wholeCopies.memoryBytes();
  }

  void writeTo(SnapshotWriter snapshot) throws IOException {
    byte[] bytes = new byte[TableLayout.rowBytes(options)];
    try (DataOutputStream out = snapshot.section(TableLayout.rowsSection(slot))) {
      RowsFormat.writeWhole(out, head(), bytes.length, rows.size());
      for (int number = 0; number < rows.size(); number++) {
        long address = rows.address(number);
        NativeMemory.copyBytes(address + FID_OFFSET, bytes, 0, Long.BYTES);
        NativeMemory.copyBytes(
            address + LAST_SEEN_OFFSET, bytes, Long.BYTES, bytes.length - Long.BYTES);
        out.write(bytes);
      }
    }
    AdmissionFilter written = filter;
    if (written != null) {
      try (DataOutputStream out = snapshot.section(TableLayout.filterSection(slot))) {
        written.writeTo(out);
      }
    }
  }

  void readFrom(SnapshotReader snapshot, int version) throws IOException {
    clear();
    byte[] outOfVocabularyFloats = new byte[4 * TableLayout.headFloats(options)];
    try (DataInputStream in = snapshot.section(TableLayout.rowsSection(slot))) {
      TableLayout.Counts counts =
          TableLayout.readCounts(in, version, slot, options, outOfVocabularyFloats);
      evictions = counts.evictions();
      expirePosition = counts.expirePosition();
      steps = counts.steps();
      NativeMemory.putBytes(
          outOfVocabulary + WEIGHTS_OFFSET, outOfVocabularyFloats, 0, outOfVocabularyFloats.length);
      byte[] bytes = new byte[TableLayout.rowBytes(options)];
      for (int i = 0; i < counts.rows(); i++) {
        in.readFully(bytes);
        readRow(bytes);
      }
    }
    AdmissionFilter read = TableLayout.filter(options, seed, slot);
    if (read != null) {
      try (DataInputStream in = snapshot.section(TableLayout.filterSection(slot))) {
        read.readFrom(in);
      }
    }
    filter = read;
    publishSizes();
  }

  private void readRow(byte[] bytes) {
    long fid = LittleEndian.getLong(bytes, 0);
    int number = rows.add();
    long address = rows.address(number);
    beginWrite(address);
    NativeMemory.putLong(address + FID_OFFSET, fid);
    NativeMemory.putBytes(address + LAST_SEEN_OFFSET, bytes, Long.BYTES, bytes.length - Long.BYTES);
    endWrite(address);
    index.add(fid, number);
  }

  private void clear() {
    index = new RowIndex(options.maxRows());
    rows.close();
    rows = newRows();
    touched.clear();
    deltaCopies.clear();
    wholeCopies.clear();
  }

  /** Refuses new readers, waits for those inside, then unmaps. */
  void close() {
    if (!closed) {
      closed = true;
      // Ended ones first: when as many had ended as have begun by now, none is inside.
      for (int spins = 0; ended.sum() != begun.sum(); spins++) {
        pause(spins);
      }
      clear();
      deltaCopies.close();
      wholeCopies.close();
      arena.close();
    }
  }
}
