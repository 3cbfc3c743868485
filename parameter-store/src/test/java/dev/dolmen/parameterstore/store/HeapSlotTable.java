package dev.dolmen.parameterstore.store;

import dev.dolmen.parameterstore.admission.AdmissionFilter;
import dev.dolmen.parameterstore.feature.Fids;
import dev.dolmen.parameterstore.optimizer.RowState;
import dev.dolmen.parameterstore.optimizer.ScalarSegments;
import dev.dolmen.parameterstore.schema.RowOptions;
import dev.dolmen.parameterstore.snapshot.RowsFormat;
import dev.dolmen.parameterstore.snapshot.SectionInFlight;
import dev.dolmen.parameterstore.snapshot.SnapshotReader;
import dev.dolmen.parameterstore.snapshot.SnapshotWriter;
import dev.dolmen.parameterstore.snapshot.WholeSection;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One slot of {@link HeapEmbeddingTable}. */
final class HeapSlotTable {
  private static final class Row {
    final long fid;
    int lastSeenSec;
    int occurrences;
    int number;
    final float[] weights;

    /** The weights as they are stored; the floats are what reading this gives. */
    byte[] stored;

    final float[] state;

    Row(long fid, RowOptions options) {
      this.fid = fid;
      weights = new float[options.dim()];
      stored = new byte[WeightCodec.bytes(options.storage(), options.dim())];
      state = new float[RowState.floats(options.segments())];
    }
  }

  private final int slot;
  private final RowOptions options;
  private final long seed;
  private final SlotFootprint footprint;
  private final ScalarSegments optimizer;
  private final @Nullable AdmissionFilter filter;
  private final Map<Long, Row> byFid = new HashMap<>();
  private final List<Row> byNumber = new ArrayList<>();
  private final Row outOfVocabulary;
  private final BitSet touched = new BitSet();
  private @Nullable TouchedFids tracked;
  private final TouchedFids.Rows trackedRows =
      new TouchedFids.Rows() {
        @Override
        public boolean contains(long fid) {
          return byFid.containsKey(fid);
        }

        @Override
        public long fid(int number) {
          return byNumber.get(number).fid;
        }

        @Override
        public void copy(int number, float[] out, int at) {
          Row row = number < 0 ? outOfVocabulary : byNumber.get(number);
          System.arraycopy(row.weights, 0, out, at, row.weights.length);
        }
      };
  private BitSet taken = new BitSet();
  private boolean inFlight;
  private long evictions;
  private long steps;
  private int expirePosition;

  private long admitted;
  private long filtered;
  private long expired;
  private long evicted;
  private long lookups;
  private long hits;
  private long refusedGradients;

  HeapSlotTable(int slot, RowOptions options, long seed) {
    this.slot = slot;
    this.options = options;
    this.seed = seed;
    footprint = SlotFootprint.of(options);
    optimizer = new ScalarSegments(options.segments());
    filter = TableLayout.filter(options, seed, slot);
    outOfVocabulary = new Row(Fids.OUT_OF_VOCABULARY, options);
    RowState.fill(options.segments(), outOfVocabulary.weights, outOfVocabulary.state);
  }

  boolean contains(long fid) {
    return byFid.containsKey(fid);
  }

  RowFacts facts(long fid) {
    Row row = byFid.get(fid);
    return row == null
        ? new RowFacts(false, filter == null ? 0 : filter.counted(fid), -1)
        : new RowFacts(true, row.occurrences, Integer.toUnsignedLong(row.lastSeenSec));
  }

  int gather(long[] fids, int from, int n, float[] out, int outOffset) {
    BatchBounds.check(fids, from, n, out, outOffset, options.dim());
    int own = 0;
    for (int i = 0; i < n; i++) {
      Row row = byFid.get(fids[from + i]);
      copy(fids[i + from], row, out, outOffset + i * options.dim());
      own += row == null ? 0 : 1;
    }
    lookups += n;
    hits += own;
    return own;
  }

  int gatherForTraining(
      long[] fids, int[] occurrences, int from, int n, int second, float[] out, int outOffset) {
    BatchBounds.check(fids, from, n, out, outOffset, options.dim());
    BatchBounds.checkOccurrences(occurrences, from, n);
    int own = 0;
    for (int i = from; i < from + n; i++) {
      Row row = see(fids[i], occurrences[i], second);
      copy(fids[i], row, out, outOffset + (i - from) * options.dim());
      own += row == null ? 0 : 1;
    }
    return own;
  }

  private @Nullable Row see(long fid, int occurrences, int second) {
    Row row = byFid.get(fid);
    if (row != null) {
      if (Integer.compareUnsigned(second, row.lastSeenSec) > 0) {
        row.lastSeenSec = second;
      }
      row.occurrences = (int) Math.min(Integer.MAX_VALUE, (long) row.occurrences + occurrences);
      touch(row);
      return row;
    }
    if (fid == Fids.OUT_OF_VOCABULARY) {
      return null;
    }
    int count = filter == null ? occurrences : filter.admit(fid, occurrences);
    if (count == 0) {
      filtered++;
      return null;
    }
    admitted++;
    return admit(fid, count, second);
  }

  private Row admit(long fid, int occurrences, int second) {
    if (byNumber.size() == footprint.maxRows()) {
      remove(leastRecentlySeen());
      evictions++;
      evicted++;
    }
    Row row = new Row(fid, options);
    row.lastSeenSec = second;
    row.occurrences = occurrences;
    long rowSeed = SeededBits.rowSeed(seed, slot, fid);
    System.arraycopy(outOfVocabulary.weights, 0, row.weights, 0, options.dim());
    SeededBits.addNoise(rowSeed, options.segments(), row.weights, 0);
    store(row, WeightRounding.NEAREST);
    RowState.fill(options.segments(), row.weights, row.state);
    add(row);
    touch(row);
    return row;
  }

  private void store(Row row, long roundingSeed) {
    row.stored = ScalarWeightCodec.pack(options.storage(), row.weights, roundingSeed);
    ScalarWeightCodec.unpack(options.storage(), row.stored, 0, row.weights);
  }

  private void add(Row row) {
    row.number = byNumber.size();
    byFid.put(row.fid, row);
    byNumber.add(row);
  }

  /** Row number of the least recently seen of {@link EvictionDraw#SAMPLES} rows, or of all. */
  private int leastRecentlySeen() {
    int rows = byNumber.size();
    int victim = -1;
    for (int i = 0; i < EvictionDraw.looks(rows); i++) {
      int number = EvictionDraw.number(seed, slot, evictions, i, rows);
      if (victim < 0 || olderThan(byNumber.get(number), byNumber.get(victim))) {
        victim = number;
      }
    }
    return victim;
  }

  private static boolean olderThan(Row a, Row b) {
    int bySecond = Integer.compareUnsigned(a.lastSeenSec, b.lastSeenSec);
    return bySecond < 0 || (bySecond == 0 && a.occurrences < b.occurrences);
  }

  /** The last row takes the number of the removed one. */
  private void remove(int number) {
    long fid = byNumber.get(number).fid;
    byFid.remove(fid);
    Row last = byNumber.removeLast();
    if (number < byNumber.size()) {
      byNumber.set(number, last);
      last.number = number;
      touched.set(number);
    }
    touched.clear(byNumber.size());
    if (tracked != null) {
      tracked.removed(fid);
      tracked.remove(byNumber.size());
      if (number < byNumber.size()) {
        tracked.add(number);
      }
    }
  }

  private void copy(long fid, @Nullable Row row, float[] out, int at) {
    float[] weights = row == null ? outOfVocabulary.weights.clone() : row.weights;
    if (row == null && fid != Fids.OUT_OF_VOCABULARY) {
      long rowSeed = SeededBits.rowSeed(seed, slot, fid);
      SeededBits.addNoise(rowSeed, options.segments(), weights, 0);
      ScalarWeightCodec.round(options.storage(), weights);
    }
    System.arraycopy(weights, 0, out, at, weights.length);
  }

  void applyGradients(long[] fids, int from, int n, float[] gradients, int gradientsOffset) {
    int dim = options.dim();
    BatchBounds.check(fids, from, n, gradients, gradientsOffset, dim);
    if (TableLayout.countsSteps(options)) {
      optimizer.at(++steps);
    }
    float[] sum = null;
    for (int i = 0; i < n; i++) {
      int at = gradientsOffset + i * dim;
      Row row = byFid.get(fids[from + i]);
      if (row != null) {
        step(row, gradients, at);
        touch(row);
        continue;
      }
      if (sum == null) {
        sum = new float[dim];
      }
      for (int j = 0; j < dim; j++) {
        sum[j] += gradients[at + j];
      }
    }
    if (sum != null) {
      step(outOfVocabulary, sum, 0);
    }
  }

  /** See {@link EmbeddingTable#setWeights}. */
  int setWeights(long[] fids, int from, int n, float[] weights, int offset) {
    int dim = options.dim();
    BatchBounds.check(fids, from, n, weights, offset, dim);
    BatchBounds.checkSettable(options, weights, offset, n * dim);
    int set = 0;
    for (int i = 0; i < n; i++) {
      boolean outside = fids[from + i] == Fids.OUT_OF_VOCABULARY;
      Row row = outside ? outOfVocabulary : byFid.get(fids[from + i]);
      if (row == null) {
        continue;
      }
      System.arraycopy(weights, offset + i * dim, row.weights, 0, dim);
      set++;
      if (!outside) {
        store(row, WeightRounding.NEAREST);
        touch(row);
      }
    }
    return set;
  }

  private void step(Row row, float[] gradients, int at) {
    if (!optimizer.step(row.weights, row.state, gradients, at)) {
      refusedGradients++;
    } else if (row.fid != Fids.OUT_OF_VOCABULARY) {
      store(row, SeededBits.roundingSeed(seed, slot, row.fid, steps));
    }
  }

  /** See {@link EmbeddingTable#expire}; for this slot only. */
  long expire(long eventTimeSec, int maxRows) {
    if (options.ttlSec() == 0) {
      return ExpirySweep.of(0, 0, true);
    }
    int looked = 0;
    int removed = 0;
    while (expirePosition < byNumber.size() && looked < maxRows) {
      looked++;
      long seenSec = Integer.toUnsignedLong(byNumber.get(expirePosition).lastSeenSec);
      if (eventTimeSec - seenSec > options.ttlSec()) {
        remove(expirePosition);
        removed++;
      } else {
        expirePosition++;
      }
    }
    expired += removed;
    boolean ended = expirePosition >= byNumber.size();
    if (ended) {
      expirePosition = 0;
    }
    return ExpirySweep.of(looked, removed, ended);
  }

  SlotStatistics statistics() {
    int rowBytes = TableLayout.rowBytes(options);
    long rowsBytes = byNumber.size() * (rowBytes + 100L);
    long filterBytes = filter == null ? 0 : filter.memoryBytes();
    return new SlotStatistics(
        byNumber.size(),
        rowBytes,
        rowsBytes + filterBytes,
        admitted,
        filtered,
        expired,
        evicted,
        lookups,
        hits,
        refusedGradients,
        footprint.maxRows(),
        options.maxBytes(),
        rowsBytes,
        0,
        0,
        filterBytes);
  }

  long stateHash() {
    long hash =
        RowHash.start(evictions, expirePosition, steps, filter == null ? 0 : filter.stateHash());
    hash = hash(hash, outOfVocabulary, floats(outOfVocabulary.weights));
    for (Row row : byNumber) {
      hash = hash(hash, row, row.stored);
    }
    return hash;
  }

  private static long hash(long hash, Row row, byte[] weights) {
    long next = RowHash.add(hash, row.fid, row.lastSeenSec, row.occurrences);
    for (byte[] learned : List.of(weights, floats(row.state))) {
      ByteBuffer bits = littleEndian(learned);
      while (bits.hasRemaining()) {
        next = RowHash.add(next, bits.getInt());
      }
    }
    return next;
  }

  /** See {@link EmbeddingTable#trackTouched}. */
  void trackTouched(int maxFids) {
    tracked = new TouchedFids(slot, maxFids, byNumber.size());
  }

  int touchedFids() {
    TouchedFids now = tracked;
    return now == null ? 0 : now.count();
  }

  TouchedBatch drainTouched(long epoch, long sequence, int maxFids) {
    TouchedFids now = tracked;
    if (now == null) {
      throw new IllegalStateException("touched fids are not tracked");
    }
    if (maxFids < 1) {
      throw new IllegalArgumentException("maxFids: " + maxFids + " is not above 0");
    }
    return now.drain(epoch, sequence, options.dim(), maxFids, trackedRows);
  }

  void checkRoom(long fids) {
    if (tracked != null) {
      tracked.checkRoom(fids);
    }
  }

  int rows() {
    return byNumber.size();
  }

  private void touch(Row row) {
    touched.set(row.number);
    if (tracked != null) {
      tracked.add(row.number);
    }
  }

  /** See {@link EmbeddingTable#freeze}. */
  int freeze(boolean delta, List<SectionInFlight> sections) throws IOException {
    checkSettled();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    int n = delta ? touched.cardinality() : byNumber.size();
    int rowBytes = TableLayout.rowBytes(options);
    if (delta) {
      RowsFormat.writeDelta(out, head(), rowBytes, byNumber.size(), n);
    } else {
      RowsFormat.writeWhole(out, head(), rowBytes, byNumber.size());
    }
    for (Row row : byNumber) {
      if (!delta) {
        out.write(bytes(row));
      } else if (touched.get(row.number)) {
        out.writeInt(row.number);
        out.write(bytes(row));
      }
    }
    take();
    String name = TableLayout.rowsSection(slot);
    sections.add(
        new WholeSection(
            delta ? RowsFormat.deltaName(name) : name, to -> to.write(bytes.toByteArray())));
    if (filter != null) {
      AdmissionFilter copy = filter.copy();
      sections.add(new WholeSection(TableLayout.filterSection(slot), copy::writeTo));
    }
    return n;
  }

  private void checkSettled() {
    if (inFlight) {
      throw new IllegalStateException("the snapshot before is still in flight");
    }
  }

  void take() {
    checkSettled();
    inFlight = true;
    taken = (BitSet) touched.clone();
    touched.clear();
  }

  void settle(boolean durable) {
    inFlight = false;
    if (!durable) {
      touched.or(taken);
      touched.clear(byNumber.size(), Math.max(byNumber.size(), touched.length()));
    }
  }

  long copyBytes(boolean delta) {
    return (long) TableLayout.rowBytes(options) * (delta ? touched.cardinality() : byNumber.size());
  }

  private byte[] head() {
    byte[] head = TableLayout.head(options, evictions, expirePosition, steps);
    ByteBuffer target = littleEndian(head);
    target.position(TableLayout.HEAD_COUNT_BYTES);
    target.put(floats(outOfVocabulary.weights)).put(floats(outOfVocabulary.state));
    return head;
  }

  private byte[] bytes(Row row) {
    byte[] bytes = new byte[TableLayout.rowBytes(options)];
    ByteBuffer target = littleEndian(bytes);
    target.putLong(row.fid).putInt(row.lastSeenSec).putInt(row.occurrences);
    target.put(row.stored).put(floats(row.state));
    return bytes;
  }

  void writeTo(SnapshotWriter snapshot) throws IOException {
    try (DataOutputStream out = snapshot.section(TableLayout.rowsSection(slot))) {
      RowsFormat.writeWhole(out, head(), TableLayout.rowBytes(options), byNumber.size());
      for (Row row : byNumber) {
        out.write(bytes(row));
      }
    }
    if (filter != null) {
      try (DataOutputStream out = snapshot.section(TableLayout.filterSection(slot))) {
        filter.writeTo(out);
      }
    }
  }

  private static ByteBuffer littleEndian(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static byte[] floats(float[] values) {
    byte[] bytes = new byte[4 * values.length];
    ByteBuffer target = littleEndian(bytes);
    for (float value : values) {
      target.putFloat(value);
    }
    return bytes;
  }

  void readFrom(SnapshotReader snapshot, int version) throws IOException {
    byFid.clear();
    byNumber.clear();
    touched.clear();
    tracked = null;
    inFlight = false;
    byte[] floats = new byte[4 * TableLayout.headFloats(options)];
    try (DataInputStream in = snapshot.section(TableLayout.rowsSection(slot))) {
      TableLayout.Counts counts = TableLayout.readCounts(in, version, slot, options, floats);
      evictions = counts.evictions();
      expirePosition = counts.expirePosition();
      steps = counts.steps();
      ByteBuffer head = littleEndian(floats);
      getFloats(head, outOfVocabulary.weights);
      getFloats(head, outOfVocabulary.state);
      byte[] bytes = new byte[TableLayout.rowBytes(options)];
      for (int i = 0; i < counts.rows(); i++) {
        in.readFully(bytes);
        ByteBuffer source = littleEndian(bytes);
        Row row = new Row(source.getLong(), options);
        row.lastSeenSec = source.getInt();
        row.occurrences = source.getInt();
        source.get(row.stored);
        ScalarWeightCodec.unpack(options.storage(), row.stored, 0, row.weights);
        getFloats(source, row.state);
        add(row);
      }
    }
    if (filter != null) {
      try (DataInputStream in = snapshot.section(TableLayout.filterSection(slot))) {
        filter.readFrom(in);
      }
    }
  }

  private static void getFloats(ByteBuffer source, float[] values) {
    for (int i = 0; i < values.length; i++) {
      values[i] = source.getFloat();
    }
  }
}
