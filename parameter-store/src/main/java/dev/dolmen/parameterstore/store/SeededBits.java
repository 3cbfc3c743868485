package dev.dolmen.parameterstore.store;

import static dev.dolmen.parameterstore.random.MixedBits.GOLDEN;
import static dev.dolmen.parameterstore.random.MixedBits.mix;
import static jdk.incubator.vector.VectorOperators.L2F;
import static jdk.incubator.vector.VectorOperators.LSHR;

import dev.dolmen.parameterstore.random.MixedBits;
import dev.dolmen.parameterstore.schema.RowSegment;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Random numbers that are functions of the table's seed and of what they are for, so that a replay
 * draws the same ones in whatever order it needs them.
 */
final class SeededBits {
  /** Four uniform 16-bit numbers have the standard deviation 65,536 / sqrt(3) when summed. */
  private static final float UNIT = (float) (Math.sqrt(3) / 65_536);

  /** Of two lanes at least, as no vector is half as wide as one lane. */
  private static final VectorSpecies<Long> LONGS =
      LongVector.SPECIES_PREFERRED.vectorBitSize() < 128
          ? LongVector.SPECIES_128
          : LongVector.SPECIES_PREFERRED;

  /** As many floats as there are {@link #LONGS}. */
  private static final VectorSpecies<Float> FLOATS =
      VectorSpecies.of(float.class, VectorShape.forBitSize(LONGS.vectorBitSize() / 2));

  /** GOLDEN * (lane + 1). */
  private static final LongVector STEPS = LongVector.zero(LONGS).addIndex(1).add(1).mul(GOLDEN);

  private SeededBits() {}

  /** Where the numbers of one row start. */
  static long rowSeed(long seed, int slot, long fid) {
    return mix(mix(mix(seed + GOLDEN) ^ (slot + GOLDEN)) ^ fid);
  }

  /**
   * About normal, mean 0, standard deviation 1, within ±3.47: the sum of four uniform numbers,
   * exact in integers and rounded once.
   *
   * @param index of the weight in the row
   */
  static float normal(long rowSeed, int index) {
    long bits = step(rowSeed, index);
    int sum =
        (int) (bits & 0xFFFF)
            + (int) ((bits >>> 16) & 0xFFFF)
            + (int) ((bits >>> 32) & 0xFFFF)
            + (int) (bits >>> 48);
    return (sum - 131_070) * UNIT;
  }

  /** Adds the noise of all segments of a row, each with its own standard deviation. */
  static void addNoise(long rowSeed, List<RowSegment> segments, float[] row, int offset) {
    int start = 0;
    for (int i = 0; i < segments.size(); i++) {
      RowSegment segment = segments.get(i);
      addNoise(
          rowSeed + GOLDEN * start, segment.initialStdDev(), row, offset + start, segment.dim());
      start += segment.dim();
    }
  }

  /**
   * Adds the noise that tells the row of one fid from that of another before either is learned:
   * {@link #normal} of each weight, times {@code stdDev}, many at a time with the same bits.
   */
  static void addNoise(long rowSeed, float stdDev, float[] row, int offset, int dim) {
    int i = 0;
    for (; i <= dim - LONGS.length(); i += LONGS.length()) {
      LongVector bits = mix(STEPS.add(rowSeed + GOLDEN * i));
      LongVector sum =
          bits.and(0xFFFF)
              .add(bits.lanewise(LSHR, 16).and(0xFFFF))
              .add(bits.lanewise(LSHR, 32).and(0xFFFF))
              .add(bits.lanewise(LSHR, 48))
              .sub(131_070);
      FloatVector normal = (FloatVector) sum.convertShape(L2F, FLOATS, 0);
      FloatVector.fromArray(FLOATS, row, offset + i)
          .add(normal.mul(UNIT).mul(stdDev))
          .intoArray(row, offset + i);
    }
    for (; i < dim; i++) {
      row[offset + i] += normal(rowSeed, i) * stdDev;
    }
  }

  /** Where the random bits of one row start that round its weights at a step of its slot. */
  static long roundingSeed(long seed, int slot, long fid, long step) {
    // Never 0, which would mean none.
    return mix(rowSeed(seed, slot, fid) ^ mix(step + GOLDEN)) | 1;
  }

  /** 64 bits, number {@code index} from a start. */
  static long step(long start, int index) {
    return mix(start + GOLDEN * (index + 1));
  }

  /** {@link #step} from {@code index} on, one after the other, as ints: the lower half first. */
  static IntVector steps(VectorSpecies<Integer> species, long start, int index) {
    VectorSpecies<Long> longs = species.withLanes(long.class);
    LongVector numbers = LongVector.zero(longs).addIndex(1).add(1).mul(GOLDEN);
    return mix(numbers.add(start + GOLDEN * index)).reinterpretAsInts();
  }

  /** Where a slot's draws for admission start. */
  static long admissionSeed(long seed, int slot) {
    return rowSeed(seed ^ GOLDEN, slot, ~0L);
  }

  /** Uniform in 0 to {@code bound - 1}, for draw {@code number} of {@code eviction}. */
  static int draw(long seed, int slot, long eviction, int number, int bound) {
    return MixedBits.below(mix(rowSeed(~seed, slot, eviction) + GOLDEN * number), bound);
  }
}
