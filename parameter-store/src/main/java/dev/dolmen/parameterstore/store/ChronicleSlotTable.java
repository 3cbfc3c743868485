package dev.dolmen.parameterstore.store;

import static dev.dolmen.parameterstore.store.RowDescriptor.FID_OFFSET;
import static dev.dolmen.parameterstore.store.RowDescriptor.LAST_SEEN_OFFSET;
import static dev.dolmen.parameterstore.store.RowDescriptor.OCCURRENCES_OFFSET;
import static dev.dolmen.parameterstore.store.RowDescriptor.WEIGHTS_OFFSET;
import static dev.dolmen.parameterstore.store.SlotMemory.SLICE;
import static dev.dolmen.parameterstore.store.SlotMemory.beginWrite;
import static dev.dolmen.parameterstore.store.SlotMemory.endWrite;

import dev.dolmen.parameterstore.admission.AdmissionFilter;
import dev.dolmen.parameterstore.feature.Fids;
import dev.dolmen.parameterstore.memory.NativeMemory;
import dev.dolmen.parameterstore.optimizer.RowState;
import dev.dolmen.parameterstore.optimizer.VectorSegments;
import dev.dolmen.parameterstore.schema.RowOptions;
import dev.dolmen.parameterstore.schema.WeightStorage;
import dev.dolmen.parameterstore.snapshot.RowsFormat;
import dev.dolmen.parameterstore.snapshot.RowsInFlight;
import dev.dolmen.parameterstore.snapshot.SectionInFlight;
import dev.dolmen.parameterstore.snapshot.SnapshotReader;
import dev.dolmen.parameterstore.snapshot.SnapshotWriter;
import dev.dolmen.parameterstore.snapshot.WholeSection;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One slot of {@link ChronicleEmbeddingTable}: what its writer does. Readers go to {@link
 * SlotReaders}.
 */
final class ChronicleSlotTable {
  private final int slot;
  private final RowOptions options;
  private final long seed;
  private final int dim;
  private final RowDescriptor row;
  private final boolean inFloats;
  private final boolean countsSteps;
  private final WeightCodec codec;
  private final VectorSegments optimizer;
  private final SlotMemory memory;
  private final SlotReaders readers;
  private final SlotCopies copies;
  private final TouchedRows touched = new TouchedRows();
  private final SlotCounters counters = new SlotCounters();
  private final Arena arena = Arena.ofShared();

  /** A row's weights in floats while it is written. */
  private final long weightScratch;

  private final SlotMemory.Slice slice = new SlotMemory.Slice();
  private final float[] outOfVocabularyGradient;
  private final float[] newWeights;
  private final float[] newState;
  private @Nullable AdmissionFilter filter;
  private long evictions;
  private long steps;
  private int expirePosition;
  private boolean closed;

  ChronicleSlotTable(int slot, RowOptions options, long seed) {
    this.slot = slot;
    this.options = options;
    this.seed = seed;
    memory = new SlotMemory(slot, options, seed);
    readers = new SlotReaders(memory);
    copies = new SlotCopies(memory);
    dim = memory.dim;
    row = memory.row;
    codec = memory.codec;
    countsSteps = TableLayout.countsSteps(options);
    inFloats = options.storage() == WeightStorage.FP32;
    optimizer = new VectorSegments(options.segments());
    weightScratch = arena.allocate(4L * dim, 64).address();
    outOfVocabularyGradient = new float[dim];
    newWeights = new float[dim];
    newState = new float[row.stateFloats()];
    filter = TableLayout.filter(options, seed, slot);
    publishSizes();
  }

  int dim() {
    return dim;
  }

  SlotReaders readers() {
    return readers;
  }

  /** See {@link EmbeddingReader#facts}. Any thread. */
  RowFacts facts(long fid) {
    RowFacts own = readers.facts(fid);
    AdmissionFilter counting = filter; // Another one only before anything is read.
    return own != null ? own : RowFacts.without(counting == null ? 0 : counting.counted(fid));
  }

  int gatherForTraining(
      long[] fids, int[] occurrences, int from, int n, int second, float[] out, int outOffset) {
    BatchBounds.check(fids, from, n, out, outOffset, dim);
    BatchBounds.checkOccurrences(occurrences, from, n);
    int own = 0;
    for (int start = 0; start < n; start += SLICE) {
      int length = Math.min(SLICE, n - start);
      memory.find(fids, from + start, length, row.rowBytes(), slice);
      for (int i = 0; i < length; i++) {
        int in = from + start + i;
        int number = see(slice.numbers[i], fids[in], occurrences[in], second);
        own += number < 0 ? 0 : 1;
        int at = outOffset + (start + i) * dim;
        if (number < 0) {
          memory.readWithoutRow(fids[in], out, at);
        } else {
          codec.read(memory.rows().address(number) + WEIGHTS_OFFSET, out, at);
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
    touched.add(number);
    long address = memory.rows().address(number);
    if (Integer.compareUnsigned(second, NativeMemory.getInt(address + LAST_SEEN_OFFSET)) > 0) {
      NativeMemory.putInt(address + LAST_SEEN_OFFSET, second);
    }
    long count = (long) NativeMemory.getInt(address + OCCURRENCES_OFFSET) + occurrences;
    NativeMemory.putInt(address + OCCURRENCES_OFFSET, (int) Math.min(Integer.MAX_VALUE, count));
    return number;
  }

  /** The candidate if it is still the fid's row, else whatever is. */
  private int confirm(int candidate, long fid) {
    if (candidate >= 0
        && candidate < memory.rows().size()
        && NativeMemory.getLong(memory.rows().address(candidate) + FID_OFFSET) == fid) {
      return candidate;
    }
    return memory.find(fid);
  }

  private int seeWithoutRow(long fid, int occurrences, int second) {
    int count = filter == null ? occurrences : filter.admit(fid, occurrences);
    if (count == 0) {
      counters.filtered++;
      return -1;
    }
    counters.admitted++;
    if (rows() == memory.maxRows()) {
      remove(leastRecentlySeen());
      evictions++;
      counters.evicted++;
    }
    int number = memory.rows().add();
    touched.add(number);
    long address = memory.rows().address(number);
    beginWrite(address);
    NativeMemory.putLong(address + FID_OFFSET, fid);
    NativeMemory.putInt(address + LAST_SEEN_OFFSET, second);
    NativeMemory.putInt(address + OCCURRENCES_OFFSET, count);
    fillRow(address, fid);
    endWrite(address);
    memory.index().add(fid, number);
    return number;
  }

  /** The out-of-vocabulary row with noise; its state goes with it. */
  private void fillRow(long address, long fid) {
    NativeMemory.copyFloats(memory.outOfVocabulary() + WEIGHTS_OFFSET, newWeights, 0, dim);
    memory.addNoise(fid, newWeights, 0);
    NativeMemory.putFloats(weightScratch, newWeights);
    codec.pack(weightScratch, address + WEIGHTS_OFFSET, WeightRounding.NEAREST);
    codec.read(address + WEIGHTS_OFFSET, newWeights, 0);
    RowState.fill(options.segments(), newWeights, newState);
    NativeMemory.putFloats(address + row.stateOffset(), newState);
  }

  private int leastRecentlySeen() {
    int size = memory.rows().size();
    int victim = -1;
    long victimAddress = 0;
    for (int i = 0; i < EvictionDraw.looks(size); i++) {
      int number = EvictionDraw.number(seed, slot, evictions, i, size);
      long address = memory.rows().address(number);
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
    int last = memory.rows().size() - 1;
    touched.leaving(number);
    touched.leaving(last);
    long address = memory.rows().address(number);
    touched.removed(NativeMemory.getLong(address + FID_OFFSET));
    memory.index().remove(NativeMemory.getLong(address + FID_OFFSET), number);
    beginWrite(address);
    if (number < last) {
      long from = memory.rows().address(last);
      long moved = NativeMemory.getLong(from + FID_OFFSET);
      NativeMemory.putLong(address + FID_OFFSET, moved);
      NativeMemory.copy(from + LAST_SEEN_OFFSET, address + LAST_SEEN_OFFSET, row.contentBytes());
      endWrite(address);
      touched.add(number);
      memory.index().move(moved, last, number);
      beginWrite(from);
    }
    memory.rows().removeLast();
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
      memory.find(fids, from + start, length, row.rowBytes(), slice);
      for (int i = 0; i < length; i++) {
        int at = gradientsOffset + (start + i) * dim;
        int number = confirm(slice.numbers[i], fids[from + start + i]);
        if (number >= 0) {
          touched.add(number);
          step(memory.rows().address(number), gradients, at);
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

  /** See {@link EmbeddingTable#setWeights}. */
  int setWeights(long[] fids, int from, int n, float[] weights, int offset) {
    BatchBounds.check(fids, from, n, weights, offset, dim);
    BatchBounds.checkSettable(options, weights, offset, n * dim);
    int set = 0;
    for (int i = 0; i < n; i++) {
      long fid = fids[from + i];
      int number = memory.find(fid);
      System.arraycopy(weights, offset + i * dim, newWeights, 0, dim);
      if (number >= 0) {
        touched.add(number);
        put(memory.rows().address(number), inFloats);
        set++;
      } else if (fid == Fids.OUT_OF_VOCABULARY) {
        put(memory.outOfVocabulary(), true);
        set++;
      }
    }
    return set;
  }

  /** Writes {@link #newWeights} into a row. */
  private void put(long address, boolean floats) {
    beginWrite(address);
    if (floats) {
      NativeMemory.putFloats(address + WEIGHTS_OFFSET, newWeights);
    } else {
      NativeMemory.putFloats(weightScratch, newWeights);
      codec.pack(weightScratch, address + WEIGHTS_OFFSET, WeightRounding.NEAREST);
    }
    endWrite(address);
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
    beginWrite(memory.outOfVocabulary());
    long state = memory.outOfVocabulary() + memory.outOfVocabularyRow().stateOffset();
    if (!optimizer.step(
        memory.outOfVocabulary() + WEIGHTS_OFFSET, state, outOfVocabularyGradient, 0)) {
      counters.refusedGradients++;
    }
    endWrite(memory.outOfVocabulary());
  }

  /** See {@link EmbeddingTable#expire}; for this slot only. */
  long expire(long eventTimeSec, int maxRows) {
    if (options.ttlSec() == 0) {
      return ExpirySweep.of(0, 0, true);
    }
    int looked = 0;
    int removed = 0;
    while (expirePosition < memory.rows().size() && looked < maxRows) {
      looked++;
      long address = memory.rows().address(expirePosition);
      long seenSec = Integer.toUnsignedLong(NativeMemory.getInt(address + LAST_SEEN_OFFSET));
      if (eventTimeSec - seenSec > options.ttlSec()) {
        remove(expirePosition);
        removed++;
      } else {
        expirePosition++;
      }
    }
    counters.expired += removed;
    boolean ended = expirePosition >= memory.rows().size();
    if (ended) {
      expirePosition = 0;
    }
    publishSizes();
    return ExpirySweep.of(looked, removed, ended);
  }

  private void publishSizes() {
    counters.publish(
        memory.rows().size(),
        memory.rows().memoryBytes(),
        memory.index().memoryBytes(),
        touched.memoryBytes(),
        filter == null ? 0 : filter.memoryBytes());
  }

  SlotStatistics statistics() {
    return counters.statistics(
        row.rowBytes(), readers.lookups(), readers.hits(), memory.maxRows(), options.maxBytes());
  }

  long stateHash() {
    long hash =
        RowHash.start(evictions, expirePosition, steps, filter == null ? 0 : filter.stateHash());
    hash = hash(hash, memory.outOfVocabulary(), memory.outOfVocabularyRow());
    for (int number = 0; number < memory.rows().size(); number++) {
      hash = hash(hash, memory.rows().address(number), row);
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
          return memory.find(fid) >= 0;
        }

        @Override
        public long fid(int number) {
          return NativeMemory.getLong(memory.rows().address(number) + FID_OFFSET);
        }

        @Override
        public void copy(int number, float[] out, int at) {
          if (number < 0) {
            NativeMemory.copyFloats(memory.outOfVocabulary() + WEIGHTS_OFFSET, out, at, dim);
          } else {
            codec.read(memory.rows().address(number) + WEIGHTS_OFFSET, out, at);
          }
        }
      };

  /** See {@link EmbeddingTable#trackTouched}. */
  void trackTouched(int maxFids) {
    touched.track(new TouchedFids(slot, maxFids, memory.rows().size()));
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
    return memory.rows().size();
  }

  /**
   * See {@link EmbeddingTable#freeze}.
   *
   * @param sections to which this slot's are added
   * @return rows that are written
   */
  int freeze(boolean delta, List<SectionInFlight> sections) {
    RowsFormat.Shape shape =
        new RowsFormat.Shape(TableLayout.rowsSection(slot), head(), copies.rowBytes());
    RowsInFlight rows = touched.changed().freeze(delta, rows(), shape, copies::writeRow);
    sections.add(rows);
    if (filter != null) {
      AdmissionFilter copy = filter.copy();
      sections.add(new WholeSection(TableLayout.filterSection(slot), copy::writeTo));
    }
    return rows.count();
  }

  private byte[] head() {
    byte[] head = TableLayout.head(options, evictions, expirePosition, steps);
    int from = TableLayout.HEAD_COUNT_BYTES;
    NativeMemory.copyBytes(
        memory.outOfVocabulary() + WEIGHTS_OFFSET, head, from, head.length - from);
    return head;
  }

  /** See {@link FrozenTable#release}. */
  void settle(boolean durable) {
    touched.changed().settle(durable, rows());
  }

  long copyBytes(boolean delta) {
    return (long) (delta ? touched.changed().count() : rows()) * copies.rowBytes();
  }

  long copyMemoryBytes() {
    return touched.changed().keptBytes();
  }

  void writeTo(SnapshotWriter snapshot) throws IOException {
    try (DataOutputStream out = snapshot.section(TableLayout.rowsSection(slot))) {
      copies.write(out, head());
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
    byte[] outOfVocabulary = new byte[4 * TableLayout.headFloats(options)];
    try (DataInputStream in = snapshot.section(TableLayout.rowsSection(slot))) {
      TableLayout.Counts counts =
          TableLayout.readCounts(in, version, slot, options, outOfVocabulary);
      evictions = counts.evictions();
      expirePosition = counts.expirePosition();
      steps = counts.steps();
      NativeMemory.putBytes(
          memory.outOfVocabulary() + WEIGHTS_OFFSET, outOfVocabulary, 0, outOfVocabulary.length);
      copies.read(in, counts.rows());
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

  private void clear() {
    memory.clear();
    touched.clear();
  }

  /** Refuses new readers, waits for those inside, then unmaps. */
  void close() {
    if (!closed) {
      closed = true;
      readers.close();
      touched.clear();
      memory.close();
      arena.close();
    }
  }
}
