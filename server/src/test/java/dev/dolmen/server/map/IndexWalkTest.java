package dev.dolmen.server.map;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IndexWalkTest {
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 13, 207, 1_000, 4_098, 65_536})
  void goesToEachIndexOnce(int limit) {
    BitSet met = new BitSet();
    IndexWalk walk = new IndexWalk(limit);
    while (walk.hasNext()) {
      int index = walk.next();
      assertThat(index).isBetween(0, limit - 1);
      assertThat(met.get(index)).isFalse();
      met.set(index);
    }
    assertThat(met.cardinality()).isEqualTo(limit);
  }

  /** Of the first hundred, no more than a few lie in any twentieth of the range. */
  @ParameterizedTest
  @ValueSource(ints = {2_000, 4_098, 100_003, Integer.MAX_VALUE})
  void theFirstOnesLieAllOver(int limit) {
    int[] parts = new int[20];
    IndexWalk walk = new IndexWalk(limit);
    for (int i = 0; i < 100; i++) {
      parts[(int) (20L * walk.next() / limit)]++;
    }
    for (int part : parts) {
      assertThat(part).isBetween(3, 7);
    }
  }
}
