package dev.dolmen.trainer.alternatives;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HistoryClicksTest {
  /** Version 1: items "b" and "c"; sessions of the ids "1" and "2". */
  private static final String GOLDEN =
      "444f4c4300000001000000020001620001630000000265cd25028f98f15800000001"
          + "0000000000000005fb95a7322f5da31400000000000000000000000600000000710ee8c7";

  @TempDir Path directory;

  private List<String> read(int last) throws IOException {
    List<String> clicks = new ArrayList<>();
    HistoryClicks.read(directory, last, (s, id, t) -> clicks.add(s + " " + id + " " + t));
    return clicks;
  }

  private static String click(int i) {
    return OnlineRankers.session("s" + i % 7) + " item-" + i % 5 + " " + i;
  }

  private void write(int most, int n) throws IOException {
    HistoryClicks clicks = new HistoryClicks(most);
    clicks.add("of the pass before", 99, 0);
    clicks.clear();
    for (int i = 0; i < n; i++) {
      clicks.add("s" + i % 7, i % 5, 1_000L * i + 999);
    }
    clicks.write(directory, item -> "item-" + item);
  }

  private static List<String> clicks(int from, int to) {
    List<String> all = new ArrayList<>();
    for (int i = from; i < to; i++) {
      all.add(click(i));
    }
    return all;
  }

  @Test
  void theLastOnesComeBackInTheirOrder() throws IOException {
    assertThat(read(10)).isEmpty();
    write(4_000, 5_003);
    assertThat(read(100_000)).isEqualTo(clicks(1_003, 5_003));
    assertThat(read(10)).isEqualTo(clicks(4_993, 5_003));
    assertThat(read(0)).isEmpty();
  }

  @Test
  void fewerThanAreKeptComeBackToo() throws IOException {
    write(4_000, 13);
    assertThat(read(4_000)).isEqualTo(clicks(0, 13));
  }

  @Test
  void aDirectoryThatIsMadeOfASnapshotGetsThem() throws IOException {
    Path made = Files.createDirectory(directory.resolve("made"));
    HistoryClicks.copy(directory, made);
    assertThat(made).isEmptyDirectory();
    write(4_000, 13);
    HistoryClicks.copy(directory, made);
    assertThat(made.resolve(HistoryClicks.FILE))
        .hasSameBinaryContentAs(directory.resolve(HistoryClicks.FILE));
  }

  @Test
  void noneAtAllIsAFileToo() throws IOException {
    write(0, 13);
    assertThat(read(4_000)).isEmpty();
  }

  @Test
  void aFlippedBitOrAMissingEndTellsNothingAndIsNamed() throws IOException {
    write(4_000, 13);
    Path file = directory.resolve(HistoryClicks.FILE);
    byte[] whole = Files.readAllBytes(file);
    for (int i = 0; i < whole.length; i++) {
      byte[] damaged = whole.clone();
      damaged[i] ^= 64;
      Files.write(file, damaged);
      List<String> told = new ArrayList<>();
      assertThatThrownBy(() -> HistoryClicks.read(directory, 10, (s, id, t) -> told.add(id)))
          .as("byte %d", i)
          .isInstanceOf(IOException.class);
      assertThat(told).isEmpty();
    }
    Files.write(file, Arrays.copyOf(whole, whole.length - 1));
    assertThatThrownBy(() -> read(10)).isInstanceOf(IOException.class);
  }

  /** What version 1 wrote can be read for as long as it is read at all. */
  @Test
  void theLayoutIsThatOfVersionOne() throws IOException {
    HistoryClicks clicks = new HistoryClicks(10);
    clicks.add("1", 2, 5_000);
    clicks.add("2", 1, 6_000);
    clicks.write(directory, item -> "abc".substring(item, item + 1));
    Path file = directory.resolve(HistoryClicks.FILE);
    assertThat(HexFormat.of().formatHex(Files.readAllBytes(file))).isEqualTo(GOLDEN);
  }
}
