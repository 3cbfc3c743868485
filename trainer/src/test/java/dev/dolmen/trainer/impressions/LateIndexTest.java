package dev.dolmen.trainer.impressions;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LateIndexTest {
  private static byte[] bytes(LateIndex index) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    index.copy().writeTo(new DataOutputStream(out));
    return out.toByteArray();
  }

  /** Against a map that drops its eldest; few distinct hashes, so that places collide. */
  @ParameterizedTest
  @ValueSource(ints = {1, 13, 1_024, 2_500})
  void isAMapThatForgetsTheOldest(int max) throws IOException {
    LateIndex index = new LateIndex(max);
    LinkedHashMap<Long, long[]> expected = new LinkedHashMap<>();
    SplittableRandom random = new SplittableRandom(max);
    long forgotten = 0;
    for (int i = 1; i <= 40_000; i++) {
      long hash = (random.nextLong(3L * max) << 16) + random.nextInt(2);
      int slot = index.find(hash);
      long[] known = expected.get(hash);
      assertThat(slot >= 0).isEqualTo(known != null);
      if (known == null) {
        forgotten += index.add(hash, i, 10L * i, i, 0) ? 1 : 0;
        expected.put(hash, new long[] {i, 0});
        if (expected.size() > max) {
          expected.pollFirstEntry();
          forgotten--;
        }
      } else {
        int position = random.nextInt(100);
        long bit = LateIndex.bit(position);
        assertThat(index.before(slot)).isEqualTo(known[0]);
        assertThat(index.timeMs(slot)).isEqualTo(10 * known[0]);
        assertThat(index.click(slot, position)).isEqualTo((known[1] & bit) == 0);
        known[1] |= bit;
      }
      if (i % 1_000 == 0) {
        long beforeMs = 10 * (expected.firstEntry().getValue()[0] + 3);
        index.expire(beforeMs, 2);
        for (int n = 0; n < 2 && !expected.isEmpty(); n++) {
          Map.Entry<Long, long[]> first = expected.firstEntry();
          if (10 * first.getValue()[0] < beforeMs) {
            expected.pollFirstEntry();
          }
        }
        LateIndex read = new LateIndex(max);
        read.readFrom(new DataInputStream(new ByteArrayInputStream(bytes(index))));
        assertThat(bytes(read)).isEqualTo(bytes(index));
        index = read;
      }
      assertThat(index.size()).isEqualTo(expected.size());
      assertThat(index.lowest())
          .isEqualTo(expected.isEmpty() ? Long.MAX_VALUE : expected.firstEntry().getValue()[0]);
    }
    assertThat(forgotten).isZero();
  }
}
