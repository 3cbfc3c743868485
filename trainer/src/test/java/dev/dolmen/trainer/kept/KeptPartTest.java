package dev.dolmen.trainer.kept;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeptPartTest {
  private static final Map<String, String> OF = Map.of("snapshot", "a");

  @TempDir Path directory;
  private final List<Integer> read = new ArrayList<>();

  private KeptPart part(int version) {
    return new KeptPart(directory, "numbers", version);
  }

  private void keep(int version, Map<String, String> of, int number) {
    part(version).keep(of, Integer.BYTES, out -> out.writeInt(number));
  }

  private boolean read(int version, Map<String, String> of) {
    return part(version).read(of, in -> read.add(in.readInt()));
  }

  @Test
  void theNewestTakesThePlaceOfTheOneBefore() throws IOException {
    assertThat(read(1, OF)).isFalse();
    for (int number = 1; number <= 3; number++) {
      keep(1, OF, number);
    }
    assertThat(read(1, OF)).isTrue();
    assertThat(read).containsExactly(3);
    try (Stream<Path> kept = Files.list(directory.resolve("kept/numbers"))) {
      assertThat(kept).hasSize(1);
    }
  }

  @Test
  void whatIsOfSomethingElseIsNotRead() {
    keep(1, OF, 1);
    assertThat(read(1, Map.of("snapshot", "b"))).isFalse();
    assertThat(read(1, Map.of())).isFalse();
    assertThat(read(2, OF)).isFalse();
    assertThat(read).isEmpty();
  }

  @Test
  void aReaderMustReadAllOfIt() {
    keep(1, OF, 1);
    assertThat(part(1).read(OF, in -> read.add((int) in.readShort()))).isFalse();
    assertThat(part(1).read(OF, in -> read.add((int) in.readLong()))).isFalse();
  }

  @Test
  void whatFailsLeavesWhatWasThere() {
    keep(1, OF, 1);
    part(1)
        .keep(
            OF,
            Integer.BYTES,
            out -> {
              out.writeInt(2);
              throw new IOException("no space left");
            });
    assertThat(read(1, OF)).isTrue();
    assertThat(read).containsExactly(1);
  }

  @Test
  void nothingTakesTheRoomThatTheLogNeeds() {
    long room = directory.toFile().getUsableSpace();
    part(1).keep(OF, room, out -> out.writeInt(1));
    assertThat(directory).isEmptyDirectory();
    assertThat(read(1, OF)).isFalse();
  }
}
