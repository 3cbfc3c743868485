package dev.dolmen.parameterstore.admission;

import dev.dolmen.parameterstore.random.MixedBits;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Admits by a draw at each look-up, and so keeps no counts: rare values seldom get a row, frequent
 * ones nearly always soon.
 *
 * <p>Both modes are those of Monolith's public code ({@code
 * monolith/native_training/runtime/hash_filter/probabilistic_filter.cc}, its flag {@code
 * equal_probability}). With threshold T, a look-up that brings c occurrences at once admits
 *
 * <ul>
 *   <li>without equal probability with the chance min(1, c / T): linear in a batch, certain once a
 *       batch brings T. The same occurrences one at a time admit with 1 - (1 - 1 / T)^c only, so
 *       values that come in bursts are preferred.
 *   <li>with equal probability with 1 - 0.05^(c / T). What is left, 0.05^(c / T), multiplies over
 *       look-ups, so that n occurrences admit with the same chance however they fall into batches:
 *       95% have a row after T occurrences, 99.75% after 2 T, and none is ever certain.
 * </ul>
 *
 * <p>Their draws come from one generator of the process. Here a draw is a function of the seed, the
 * fid and the number of draws before it, which is the whole state, so that a replay admits the same
 * values.
 */
public final class ProbabilisticFilter implements AdmissionFilter {
  /** Stands where a {@link SlidingOccurrenceFilter} writes its threshold, which is above 1. */
  static final int MARK = -1;

  /** Share of values that T occurrences leave without a row under equal probability. */
  private static final double LEFT_OUT = 0.05;

  private final int threshold;
  private final boolean equalProbability;
  private final long seed;
  private long draws;

  /**
   * @param threshold T, at least 1
   * @param seed of this slot's draws
   */
  public ProbabilisticFilter(int threshold, boolean equalProbability, long seed) {
    if (threshold < 1) {
      throw new IllegalArgumentException("threshold: " + threshold + " is not above 0");
    }
    this.threshold = threshold;
    this.equalProbability = equalProbability;
    this.seed = seed;
  }

  @Override
  public int admit(long fid, int occurrences) {
    if (occurrences < 1) {
      throw new IllegalArgumentException("occurrences: " + occurrences + " is not above 0");
    }
    return uniform(fid) < chance(occurrences) ? occurrences : 0;
  }

  @Override
  public int counted(long fid) {
    return -1;
  }

  /** The chance that one look-up admits. StrictMath, so that every machine finds the same. */
  double chance(int occurrences) {
    double share = (double) occurrences / threshold;
    return equalProbability ? 1 - StrictMath.pow(LEFT_OUT, share) : share;
  }

  /** From 0 to below 1. */
  private double uniform(long fid) {
    long draw = MixedBits.mix(seed + MixedBits.GOLDEN * ++draws);
    return MixedBits.fraction(MixedBits.mix(draw ^ fid));
  }

  @Override
  public long memoryBytes() {
    return Long.BYTES;
  }

  @Override
  public long stateHash() {
    return MixedBits.mix(draws + 1);
  }

  @Override
  public AdmissionFilter copy() {
    ProbabilisticFilter copy = new ProbabilisticFilter(threshold, equalProbability, seed);
    copy.draws = draws;
    return copy;
  }

  @Override
  public void writeTo(DataOutput out) throws IOException {
    out.writeInt(MARK);
    out.writeInt(threshold);
    out.writeBoolean(equalProbability);
    out.writeLong(draws);
  }

  @Override
  public void readFrom(DataInput in) throws IOException {
    int mark = in.readInt();
    if (mark != MARK) {
      throw new IOException("filter: probabilistic, the snapshot has a threshold of " + mark);
    }
    int writtenThreshold = in.readInt();
    boolean writtenEqual = in.readBoolean();
    if (writtenThreshold != threshold || writtenEqual != equalProbability) {
      throw new IOException(
          "filter: probabilistic "
              + text(threshold, equalProbability)
              + ", the snapshot has "
              + text(writtenThreshold, writtenEqual));
    }
    draws = in.readLong();
  }

  /** The number of draws, of a filter that draws; counts tell it nothing. */
  @Override
  public void carryFrom(DataInput in) throws IOException {
    if (in.readInt() == MARK) {
      var _ = in.readInt();
      var _ = in.readBoolean();
      draws = in.readLong();
    }
  }

  private static String text(int threshold, boolean equal) {
    return "threshold " + threshold + (equal ? " with" : " without") + " equal probability";
  }
}
