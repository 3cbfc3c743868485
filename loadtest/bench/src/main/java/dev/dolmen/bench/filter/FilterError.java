package dev.dolmen.bench.filter;

import dev.dolmen.parameterstore.admission.SlidingOccurrenceFilter;
import java.util.Arrays;
import org.agrona.collections.Long2ObjectHashMap;

/**
 * What a {@link SlidingOccurrenceFilter} makes of a stream of fids, one occurrence at a time,
 * beside exact counts of everything. An admitted value is not shown to the filter again, as in the
 * table.
 *
 * @param occurrences in the stream
 * @param values distinct ones
 * @param reached values that occurred as often as the threshold says
 * @param late of those, how many were admitted after that, or not at all
 * @param never of those, how many were not admitted by the end
 * @param lateByMean occurrences beyond the threshold at which the late ones were admitted, mean
 * @param lateByMax the most of them
 * @param falselyAdmitted values admitted before they had reached the threshold
 * @param beyondBound values that were later than the filter's documentation allows
 * @param memoryBytes the filter's most
 */
record FilterError(
    long occurrences,
    long values,
    long reached,
    long late,
    long never,
    double lateByMean,
    long lateByMax,
    long falselyAdmitted,
    long beyondBound,
    long memoryBytes) {
  private static final int SAMPLE_MEMORY_EVERY = 1_024;

  /** What is exactly known of a value. */
  private static final class Exact {
    int count;
    int gaps;
    long seenLast;
    int admittedAt;
  }

  double lateShare() {
    return reached == 0 ? 0 : (double) late / reached;
  }

  double falseShare() {
    return values == 0 ? 0 : (double) falselyAdmitted / values;
  }

  static FilterError measure(long[] stream, int threshold, int windowOccurrences) {
    SlidingOccurrenceFilter filter = new SlidingOccurrenceFilter(threshold, windowOccurrences);
    Long2ObjectHashMap<Exact> values = new Long2ObjectHashMap<>();
    long shown = 0;
    long memory = 0;
    for (long fid : stream) {
      Exact exact = values.computeIfAbsent(fid, f -> new Exact());
      exact.count++;
      if (exact.admittedAt > 0) {
        continue;
      }
      shown++;
      // Occurrences of others that the filter saw in between.
      if (exact.count > 1 && shown - exact.seenLast - 1 >= windowOccurrences) {
        exact.gaps++;
      }
      exact.seenLast = shown;
      if (filter.admit(fid, 1) > 0) {
        exact.admittedAt = exact.count;
      }
      if (shown % SAMPLE_MEMORY_EVERY == 0) {
        memory = Math.max(memory, filter.memoryBytes());
      }
    }
    return summary(stream, values, threshold, Math.max(memory, filter.memoryBytes()));
  }

  private static FilterError summary(
      long[] stream, Long2ObjectHashMap<Exact> values, int threshold, long memory) {
    Exact[] all = values.values().toArray(new Exact[0]);
    long[] lateBy =
        Arrays.stream(all)
            .filter(v -> v.admittedAt > threshold)
            .mapToLong(v -> v.admittedAt - threshold)
            .toArray();
    long never = Arrays.stream(all).filter(v -> v.count >= threshold && v.admittedAt == 0).count();
    return new FilterError(
        stream.length,
        all.length,
        Arrays.stream(all).filter(v -> v.count >= threshold).count(),
        lateBy.length + never,
        never,
        Arrays.stream(lateBy).average().orElse(0),
        Arrays.stream(lateBy).max().orElse(0),
        Arrays.stream(all).filter(v -> v.admittedAt > 0 && v.admittedAt < threshold).count(),
        Arrays.stream(all).filter(v -> isBeyondBound(v, threshold)).count(),
        memory);
  }

  /** Each gap beyond the window may cost all that was counted, at most the threshold less one. */
  private static boolean isBeyondBound(Exact value, int threshold) {
    int counted = value.admittedAt > 0 ? value.admittedAt : value.count + 1;
    return counted - threshold > (long) value.gaps * (threshold - 1);
  }
}
