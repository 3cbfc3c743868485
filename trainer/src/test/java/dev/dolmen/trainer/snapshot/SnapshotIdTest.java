package dev.dolmen.trainer.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The newest snapshot is the last by name, whatever its log offset and whoever named the others.
 */
class SnapshotIdTest {
  private static final List<Long> OFFSETS =
      List.of(
          0L, 1L, 0xffL, 0x1a2bL, 0xffff_ffffL, 0x1_0000_0000L, 0xff_ffff_ffffL, Long.MAX_VALUE);

  @Test
  void offsetsOfEveryLengthSort() {
    String before = "";
    for (long batches : new long[] {0, 7, 1_000_000}) {
      for (long offset : OFFSETS) {
        String id = SnapshotCodec.id(batches, offset, before);
        assertThat(id).isGreaterThan(before).matches("[0-9]{16}-[0-9a-f]{16}");
        before = id;
      }
    }
  }

  @Test
  void theSamePlaceHasTheSameId() {
    String id = SnapshotCodec.id(42, 0x1a2b, "");
    assertThat(id).isEqualTo("0000000000000042-0000000000001a2b");
    assertThat(SnapshotCodec.id(42, 0x1a2b, id)).isEqualTo(id);
  }

  @Test
  void whatAnEarlierVersionNamedIsSortedBehind() {
    String earlier = "0000000000000042-00001a2b";
    assertThat(SnapshotCodec.id(42, 0x1a2b, earlier)).isEqualTo(earlier);
    assertThat(SnapshotCodec.id(42, 0x1a2c, earlier)).isGreaterThan(earlier);
    assertThat(SnapshotCodec.id(43, 0x1a2c, earlier))
        .isGreaterThan(earlier)
        .isEqualTo("0000000000000043-0000000000001a2c");
    // As snapshot restore names what it makes.
    assertThat(SnapshotCodec.id(42, 1, "0000000000000042-0")).isGreaterThan("0000000000000042-0");
  }
}
