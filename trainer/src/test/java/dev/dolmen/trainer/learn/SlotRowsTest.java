package dev.dolmen.trainer.learn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SlotRowsTest {
  @Test
  void numbersDistinctFidsLikeAMap() {
    SlotRows rows = new SlotRows();
    SplittableRandom random = new SplittableRandom(1);
    for (int batch = 0; batch < 20; batch++) {
      rows.clear();
      Map<Long, Integer> expected = new HashMap<>();
      Map<Long, Integer> occurrences = new HashMap<>();
      for (int i = 0; i < 4_098; i++) {
        long fid = random.nextBoolean() ? random.nextInt(500) : random.nextLong() << 40;
        int n = random.nextInt(2);
        int row = expected.computeIfAbsent(fid, f -> expected.size());
        occurrences.merge(fid, n, Integer::sum);
        assertThat(rows.add(fid, n)).isEqualTo(row);
      }
      assertThat(rows.size).isEqualTo(expected.size());
      expected.forEach((fid, row) -> {
        assertThat(rows.fids[row]).isEqualTo(fid);
        assertThat(rows.occurrences[row]).isEqualTo(occurrences.get(fid));
      });
    }
  }
}
