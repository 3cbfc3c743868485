package dev.dolmen.parameterstore.store;

import dev.dolmen.parameterstore.admission.AdmissionFilter;
import dev.dolmen.parameterstore.admission.ProbabilisticFilter;
import dev.dolmen.parameterstore.admission.SlidingOccurrenceFilter;
import dev.dolmen.parameterstore.optimizer.RowState;
import dev.dolmen.parameterstore.schema.AdmissionOptions;
import dev.dolmen.parameterstore.schema.RowOptions;
import dev.dolmen.parameterstore.schema.RowSegment;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.schema.Slot;
import dev.dolmen.parameterstore.schema.WeightStorage;
import dev.dolmen.parameterstore.snapshot.RowsFormat;
import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The layout of a table's state in a snapshot, the same for every implementation.
 *
 * <p>Section {@code table/layout}: format version, seed, the slot at which the next {@code expire}
 * starts, number of slots, then per slot its name, dim, first optimiser and floats of state,
 * storage and segments. Section {@code table/N/rows} of slot N, or {@code table/N/rows.delta} with
 * the rows that have changed: as {@link RowsFormat} has it, with a head of the evictions so far
 * (long), the row at which the next {@code expire} starts (int), the steps so far (long; 0 unless
 * something depends on them), all big-endian, and, little-endian, the out-of-vocabulary row's
 * floats; a row is, little-endian, its fid, last-seen second, occurrences, weights as {@link
 * WeightCodec} stores them, state. Section {@code table/N/filter}: the filter, if the slot has one.
 *
 * <p>In version 1 there were no deltas, storages, segments and steps, and the rows section began
 * with rows (int), evictions (long), position (int) and the out-of-vocabulary row, without lengths.
 */
final class TableLayout {
  static final int VERSION = 2;
  static final String PREFIX = "table/";
  static final String SECTION = "table/layout";

  /** Bytes of a head before the out-of-vocabulary row. */
  static final int HEAD_COUNT_BYTES = 20;

  private TableLayout() {}

  static String rowsSection(int slot) {
    return "table/" + slot + "/rows";
  }

  static String filterSection(int slot) {
    return "table/" + slot + "/filter";
  }

  /** Bytes of a row in a snapshot. */
  static int rowBytes(RowOptions options) {
    return 16 + RowDescriptor.of(options).learnedBytes();
  }

  /** Whether what a slot's next step does depends on how many there were. */
  static boolean countsSteps(RowOptions options) {
    return options.storage() != WeightStorage.FP32
        || options.segments().stream().anyMatch(part -> part.optimizer().warmUpSteps() > 0);
  }

  /** Floats of the out-of-vocabulary row in the head. */
  static int headFloats(RowOptions options) {
    return options.dim() + RowState.floats(options.segments());
  }

  /** The filter of a slot; null where one occurrence is enough. */
  static @Nullable AdmissionFilter filter(RowOptions options, long seed, int slot) {
    return switch (options.admission()) {
      case AdmissionOptions.Occurrences counted when counted.threshold() == 1 -> null;
      case AdmissionOptions.Occurrences counted ->
          new SlidingOccurrenceFilter(
              counted.threshold(), SlotFootprint.of(options).filterWindow());
      case AdmissionOptions.Probabilistic drawn ->
          new ProbabilisticFilter(
              drawn.threshold(), drawn.equalProbability(), SeededBits.admissionSeed(seed, slot));
    };
  }

  /** What stands before a slot's rows, but for the out-of-vocabulary row's floats. */
  record Counts(int rows, long evictions, int expirePosition, long steps) {}

  /** The head of a rows section, with room for the out-of-vocabulary row. */
  static byte[] head(RowOptions options, long evictions, int expirePosition, long steps) {
    byte[] head = new byte[HEAD_COUNT_BYTES + 4 * headFloats(options)];
    ByteBuffer.wrap(head).putLong(evictions).putInt(expirePosition).putLong(steps);
    return head;
  }

  /**
   * Reads what stands before the rows.
   *
   * @param outOfVocabulary overwritten by the out-of-vocabulary row's floats
   * @throws IOException if the counts cannot be
   */
  static Counts readCounts(
      DataInput in, int version, int slot, RowOptions options, byte[] outOfVocabulary)
      throws IOException {
    String section = rowsSection(slot);
    Counts counts = readCounts(in, version, section, rowBytes(options), outOfVocabulary);
    checkRows(section, counts.rows, counts.expirePosition, SlotFootprint.of(options).maxRows());
    return counts;
  }

  /**
   * The same of any slot, whatever it is configured to hold.
   *
   * @param section or slot that an error names
   */
  static Counts readCounts(
      DataInput in, int version, String section, int rowBytes, byte[] outOfVocabulary)
      throws IOException {
    Counts counts;
    if (version == 1) {
      counts = new Counts(in.readInt(), in.readLong(), in.readInt(), 0);
      in.readFully(outOfVocabulary);
    } else {
      RowsFormat.Head head = RowsFormat.readWhole(in);
      expect(section + ": bytes a row", rowBytes, head.rowBytes());
      int headBytes = HEAD_COUNT_BYTES + outOfVocabulary.length;
      expect(section + ": bytes of the head", headBytes, head.bytes().length);
      ByteBuffer bytes = ByteBuffer.wrap(head.bytes());
      counts = new Counts(head.rows(), bytes.getLong(), bytes.getInt(), bytes.getLong());
      bytes.get(outOfVocabulary);
    }
    checkRows(section, counts.rows, counts.expirePosition, Integer.MAX_VALUE);
    return counts;
  }

  /**
   * @throws IOException if the counts at the start of a rows section cannot be
   */
  private static void checkRows(String section, int rows, int expirePosition, long maxRows)
      throws IOException {
    if (rows < 0 || rows > maxRows) {
      throw new IOException(section + ": " + rows + " rows, the slot takes " + maxRows);
    }
    if (expirePosition < 0 || expirePosition > rows) {
      throw new IOException(
          section + ": expire position " + expirePosition + " of " + rows + " rows");
    }
  }

  static int checkEventTime(long eventTimeSec) {
    if (eventTimeSec < 0 || eventTimeSec > 0xFFFF_FFFFL) {
      throw new IllegalArgumentException(
          "eventTimeSec: " + eventTimeSec + " is not between 0 and " + 0xFFFF_FFFFL);
    }
    return (int) eventTimeSec;
  }

  static byte[] bytes(Schema schema, long seed, int expireSlot) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      write(new DataOutputStream(bytes), schema, seed, expireSlot);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  static void write(DataOutput out, Schema schema, long seed, int expireSlot) throws IOException {
    out.writeInt(VERSION);
    out.writeLong(seed);
    out.writeInt(expireSlot);
    out.writeInt(schema.slots().size());
    for (Slot slot : schema.slots()) {
      out.writeUTF(slot.name());
      out.writeInt(slot.rows().dim());
      out.writeUTF(slot.rows().optimizer().kind().name());
      out.writeInt(RowState.floats(slot.rows().segments()));
      out.writeUTF(slot.rows().storage().name());
      out.writeInt(slot.rows().segments().size());
      for (RowSegment segment : slot.rows().segments()) {
        out.writeUTF(text(segment));
      }
    }
  }

  /**
   * What the layout section says beside seed and schema.
   *
   * @param version of the other sections
   * @param expireSlot the slot at which the next {@code expire} starts
   */
  record Layout(int version, int expireSlot) {}

  /**
   * @throws IOException if the snapshot is of another version, seed or schema
   */
  static Layout read(DataInput in, Schema schema, long seed) throws IOException {
    int version = readVersion(in);
    expect("seed", seed, in.readLong());
    int expireSlot = in.readInt();
    int slots = schema.slots().size();
    expect("slots", slots, in.readInt());
    if (expireSlot < 0 || expireSlot >= slots) {
      throw new IOException(SECTION + ": expire slot " + expireSlot + " of " + slots);
    }
    for (Slot slot : schema.slots()) {
      expect("slot", slot.name(), in.readUTF());
      String name = "slot " + slot.name();
      expect(name + ": dim", slot.rows().dim(), in.readInt());
      expect(name + ": optimizer", slot.rows().optimizer().kind().name(), in.readUTF());
      expect(name + ": state floats", RowState.floats(slot.rows().segments()), in.readInt());
      expect(
          name + ": storage", slot.rows().storage().name(), version == 1 ? "FP32" : in.readUTF());
      int segments = slot.rows().segments().size();
      expect(name + ": segments", segments, version == 1 ? 1 : in.readInt());
      for (RowSegment segment : slot.rows().segments()) {
        String expected = text(segment);
        expect(name + ": segment", expected, version == 1 ? expected : in.readUTF());
      }
    }
    return new Layout(version, expireSlot);
  }

  /**
   * What the layout section says of the rows.
   *
   * @param version of the other sections
   * @param expireSlot the slot at which the next {@code expire} starts
   */
  record Shape(int version, long seed, int expireSlot, List<TableSnapshot.SlotShape> slots) {}

  /** Reads the layout section of any table. */
  static Shape readShape(DataInput in) throws IOException {
    int version = readVersion(in);
    long seed = in.readLong();
    int expireSlot = in.readInt();
    List<TableSnapshot.SlotShape> slots = new ArrayList<>();
    for (int n = in.readInt(); n > 0; n--) {
      slots.add(readShape(in, version));
    }
    return new Shape(version, seed, expireSlot, List.copyOf(slots));
  }

  private static TableSnapshot.SlotShape readShape(DataInput in, int version) throws IOException {
    String name = in.readUTF();
    int dim = in.readInt();
    String optimizer = in.readUTF();
    int stateFloats = in.readInt();
    WeightStorage storage = WeightStorage.FP32;
    List<String> segments = new ArrayList<>();
    if (version > 1) {
      storage = WeightStorage.valueOf(in.readUTF());
      for (int n = in.readInt(); n > 0; n--) {
        segments.add(in.readUTF());
      }
    }
    return new TableSnapshot.SlotShape(name, dim, optimizer, stateFloats, storage, segments);
  }

  private static int readVersion(DataInput in) throws IOException {
    int version = in.readInt();
    if (version < 1 || version > VERSION) {
      throw new IOException(
          SECTION + ": format version " + version + ", this build reads 1 to " + VERSION);
    }
    return version;
  }

  /** What the layout section says of a segment. */
  static String text(RowSegment segment) {
    return segment.name() + " " + segment.dim() + " " + segment.optimizer().kind();
  }

  private static void expect(String what, Object expected, Object found) throws IOException {
    if (!expected.equals(found)) {
      throw new IOException(SECTION + ": " + what + " " + expected + ", the snapshot has " + found);
    }
  }
}
