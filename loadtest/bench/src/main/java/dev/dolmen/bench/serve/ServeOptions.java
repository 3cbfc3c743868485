package dev.dolmen.bench.serve;

import dev.dolmen.model.item.ScanPrecision;
import dev.dolmen.trainer.alternatives.RankerKind;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How servers are measured.
 *
 * @param p99MsMax latency that a rate has to hold
 * @param rateMax requests a second, the highest rate that is tried for it
 * @param seconds of a step
 * @param warmUpSeconds of load before the first one
 * @param clicks clicks a second of the rates while learning; 0 for no such rates
 * @param heapMb of the server; null for one that follows the size of the shop
 * @param scan how items are found; null for the product's default
 * @param peers baselines that answer the same requests over the same socket
 * @param curve whether rates beyond the sustainable one are measured
 * @param seed of shop, visits and moments
 * @param kept folder in which learned shops are kept
 */
record ServeOptions(
    double p99MsMax,
    double rateMax,
    double seconds,
    double warmUpSeconds,
    double clicks,
    @Nullable Integer heapMb,
    @Nullable ScanPrecision scan,
    List<RankerKind> peers,
    boolean curve,
    long seed,
    Path kept) {
  private static final int HEAP_MB = 1_024;
  private static final double HEAP_KB_PER_ITEM = 1;

  int heapMbFor(int items) {
    return heapMbFor(items, heapMb);
  }

  /**
   * @param given null for one that follows the size of the shop
   */
  static int heapMbFor(int items, @Nullable Integer given) {
    return given == null ? HEAP_MB + (int) (items * HEAP_KB_PER_ITEM / 1_024) : given;
  }

  /** The key of the catalog's section that says in which numbers items are kept, if asked for. */
  static List<String> catalog(@Nullable ScanPrecision scan) {
    return scan == null ? List.of() : List.of("scan: " + scan.name().toLowerCase(Locale.ROOT));
  }
}
