package dev.dolmen.parameterstore.feature;

import dev.dolmen.parameterstore.schema.KnotOptions;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.schema.Slot;
import dev.dolmen.parameterstore.schema.SlotKind;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.SlotValue;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The knots of those number slots whose knots are quantiles of the catalogue. They move each time
 * that as many numbers as ever before have come, and rest after {@value QuantileSample#MAX_VALUES}.
 * Features hold the number itself and come to knots when they are looked at, see {@link
 * ColumnSpec#read}: a move costs the same whatever the size of the catalogue.
 *
 * <p>One writer calls {@link #observe}, {@link #copy} and {@link #readFrom}; any thread looks at
 * features at the same time.
 */
public final class LearnedKnots {
  private final Schema schema;
  private final @Nullable QuantileSample[] samples;

  /** Numbers of all slots. */
  private final int[] all;

  /** By slot; null where knots are not learned. The array is replaced, never changed. */
  private volatile @Nullable Knots[] knots;

  LearnedKnots(Schema schema) {
    this.schema = schema;
    samples = new QuantileSample[schema.slots().size()];
    all = IntStream.range(0, samples.length).toArray();
    knots = new Knots[samples.length];
    for (int number = 0; number < samples.length; number++) {
      Slot slot = schema.slots().get(number);
      if (slot.kind() == SlotKind.NUMBER
          && slot.knots() instanceof KnotOptions.Quantiles quantiles) {
        samples[number] = new QuantileSample(quantiles.knots(), number);
        knots[number] = Knots.NONE;
      }
    }
  }

  /** Whether a slot's knots are learned. */
  boolean learns(int slot) {
    return samples[slot] != null;
  }

  /** Adds the knots of now next to a finite number of a slot whose knots are learned. */
  void add(int slot, double number, EntryReceiver entries) {
    Knots now = knots[slot];
    if (now != null) {
      now.add(number, entries);
    }
  }

  /** Where the knot lies now that has a fid; NaN if there is none. */
  double at(int slot, long fid) {
    Knots now = knots[slot];
    int found = now == null ? -1 : Arrays.binarySearch(now.fids(), fid);
    return now == null || found < 0 ? Double.NaN : now.at()[found];
  }

  /**
   * Learns from the numbers of an item that the schema takes.
   *
   * @return whether knots have moved
   */
  public boolean observe(Item item) {
    return observe(item, all);
  }

  /**
   * The same of some slots alone.
   *
   * @param slots their numbers
   */
  public boolean observe(Item item, int[] slots) {
    @Nullable Knots[] moved = null;
    for (int number : slots) {
      QuantileSample sample = samples[number];
      if (sample != null) {
        SlotValue value = item.getSlotsMap().get(schema.slots().get(number).name());
        if (value != null && value.hasNumber() && sample.add(value.getNumber())) {
          moved = moved == null ? knots.clone() : moved;
          moved[number] = sample.knots();
        }
      }
    }
    if (moved == null) {
      return false;
    }
    knots = moved;
    return true;
  }

  /** What is written to a snapshot, as of now. */
  public Copy copy() {
    @Nullable QuantileSample[] now = new QuantileSample[samples.length];
    for (int number = 0; number < samples.length; number++) {
      QuantileSample sample = samples[number];
      now[number] = sample == null ? null : sample.copy();
    }
    return new Copy(now, knots);
  }

  /** Samples and knots of one moment. */
  public static final class Copy {
    private final @Nullable QuantileSample[] samples;
    private final @Nullable Knots[] knots;

    Copy(@Nullable QuantileSample[] samples, @Nullable Knots[] knots) {
      this.samples = samples;
      this.knots = knots;
    }

    /** Writes them. */
    public void writeTo(DataOutput out) throws IOException {
      for (int number = 0; number < samples.length; number++) {
        QuantileSample sample = samples[number];
        Knots now = knots[number];
        if (sample != null && now != null) {
          sample.writeTo(out);
          write(now, out);
        }
      }
    }
  }

  private static void write(Knots knots, DataOutput out) throws IOException {
    out.writeInt(knots.at().length);
    for (int i = 0; i < knots.at().length; i++) {
      out.writeDouble(knots.at()[i]);
      out.writeLong(knots.fids()[i]);
    }
  }

  /** Reads what {@link Copy#writeTo} wrote for the same schema. */
  public void readFrom(DataInput in) throws IOException {
    @Nullable Knots[] read = knots.clone();
    for (int number = 0; number < samples.length; number++) {
      QuantileSample sample = samples[number];
      if (sample != null) {
        sample.readFrom(in);
        read[number] = readKnots(in);
      }
    }
    knots = read;
  }

  /**
   * Reads what {@link Copy#writeTo} wrote for another schema: what was learned of slots that still
   * learn as many knots. Others begin anew.
   *
   * @param before slots of then whose knots were learned, in their order, and how many each had
   * @return numbers of slots whose knots begin anew
   */
  public int[] readFrom(DataInput in, Map<String, Integer> before) throws IOException {
    @Nullable Knots[] read = knots.clone();
    for (Map.Entry<String, Integer> slot : before.entrySet()) {
      int number = schema.slotOf(slot.getKey());
      QuantileSample sample = number < 0 ? null : samples[number];
      if (sample != null && sample.asked() == slot.getValue()) {
        sample.readFrom(in);
        read[number] = readKnots(in);
      } else {
        new QuantileSample(slot.getValue(), 0).readFrom(in);
        var _ = readKnots(in);
      }
    }
    knots = read;
    return IntStream.range(0, samples.length)
        .filter(number -> samples[number] != null)
        .filter(number -> !goesOn(number, before))
        .toArray();
  }

  private boolean goesOn(int number, Map<String, Integer> before) {
    QuantileSample sample = samples[number];
    Integer asked = before.get(schema.slots().get(number).name());
    return sample != null && asked != null && asked == sample.asked();
  }

  private static Knots readKnots(DataInput in) throws IOException {
    int n = in.readInt();
    if (n < 0 || n > KnotOptions.QUANTILES.max()) {
      throw new IOException(n + " knots, expected 0 to " + KnotOptions.QUANTILES.max());
    }
    double[] at = new double[n];
    long[] fids = new long[n];
    for (int i = 0; i < n; i++) {
      at[i] = in.readDouble();
      fids[i] = in.readLong();
    }
    return new Knots(at, fids);
  }
}
