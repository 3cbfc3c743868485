package dev.dolmen.bench.serve;

import dev.dolmen.server.cli.OptionCheck;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which shop a server is started from, where that is kept, and how much memory the server has. */
final class ShopFlags {
  private static final int ITEMS_MIN = 1_000;
  private static final int ITEMS_MAX = 20_000_000;
  private static final int HEAP_MB_MIN = 96;

  @Option(
      names = "--heap-mb",
      paramLabel = "N",
      description = "Heap of a server, 96 or more. Default: 1,024 and 1 KiB an item.")
  private @Nullable Integer heapMb;

  @Option(
      names = "--keep",
      paramLabel = "DIR",
      description =
          "Where learned shops are kept, to be deleted by hand. Default: dolmen-bench-serve-USER in"
              + " the folder for temporary files.")
  private @Nullable Path keep;

  @Option(
      names = "--seed",
      defaultValue = "1",
      paramLabel = "N",
      description = "Of shop, visits and moments. Default: ${DEFAULT-VALUE}.")
  private long seed = 1;

  /** Refuses a size that no shop has. */
  static void checkItems(int items) {
    OptionCheck.require(
        items >= ITEMS_MIN && items <= ITEMS_MAX, "--items", items, "1,000 to 20,000,000");
  }

  /** As it was given; null for one that follows the size of the shop. */
  @Nullable Integer heapMb() {
    if (heapMb != null) {
      OptionCheck.require(heapMb >= HEAP_MB_MIN, "--heap-mb", heapMb, "96 or more");
    }
    return heapMb;
  }

  Path kept() {
    return keep == null ? RunDirectory.standard() : keep.toAbsolutePath();
  }

  long seed() {
    return seed;
  }
}
