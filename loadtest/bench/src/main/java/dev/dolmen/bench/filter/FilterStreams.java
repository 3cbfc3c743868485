package dev.dolmen.bench.filter;

import dev.dolmen.bench.table.ZipfRanks;
import dev.dolmen.parameterstore.feature.Fids;
import dev.dolmen.server.data.Interaction;
import dev.dolmen.server.data.InteractionProfile;
import dev.dolmen.server.data.Interactions;
import dev.dolmen.server.data.RecBoleDataset;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Streams of fids. */
final class FilterStreams {
  private FilterStreams() {}

  /** Seeded draws from {@code values} values whose chances fall as rank^-exponent. */
  static long[] zipf(int occurrences, int values, double exponent, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    ZipfRanks ranks = new ZipfRanks(values, exponent);
    long[] stream = new long[occurrences];
    Arrays.setAll(stream, i -> ranks.draw(random) * 0x9E3779B97F4A7C15L);
    return stream;
  }

  /** The clicked items of a dataset, in order. */
  static long[] clicks(Path folder, long limit) throws IOException {
    RecBoleDataset dataset = RecBoleDataset.find(folder);
    InteractionProfile profile = InteractionProfile.read(dataset, limit, (rows, share) -> {});
    long[] stream = new long[1 << 16];
    int n = 0;
    try (Interactions clicks = new Interactions(dataset, profile, List.of())) {
      for (Interaction click = clicks.next(); click != null; click = clicks.next()) {
        if (n == stream.length) {
          stream = Arrays.copyOf(stream, 2 * n);
        }
        stream[n++] = Fids.ofId(click.item());
      }
    }
    return Arrays.copyOf(stream, n);
  }
}
