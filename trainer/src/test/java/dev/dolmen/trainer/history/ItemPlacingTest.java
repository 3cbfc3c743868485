package dev.dolmen.trainer.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.v1.EventType;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.Impression;
import dev.dolmen.v1.LogRecord;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where in answers items were shown and clicked, and by what they were ranked. */
class ItemPlacingTest {
  private static final long HOUR_MS = 3_600_000;
  private static final long NOW_MS = 500_005 * HOUR_MS;

  @TempDir Path directory;

  private final RecentImpressions recent =
      new RecentImpressions(NOW_MS, RecentImpressions.BYTES_MAX);
  private ItemHistory history = new ItemHistory(0, null);
  private long offset;

  private void read(LogRecord.Builder record) {
    LogRecord read = record.build();
    byte[] bytes = read.toByteArray();
    history.read(read, ++offset, recent.read(read, bytes, bytes.length));
  }

  private static LogRecord.Builder shown(String request, ShownBy by, String... items) {
    return LogRecord.newBuilder()
        .setLoggedUs(NOW_MS * 1_000)
        .setImpression(
            Impression.newBuilder()
                .setRequestId(request)
                .setSessionId("visit")
                .setRanker(by.ranker())
                .setExperiment(by.experiment())
                .setArm(by.arm())
                .addAllItemId(List.of(items)));
  }

  private static LogRecord.Builder event(
      String request, String visit, String item, EventType type) {
    return LogRecord.newBuilder()
        .setLoggedUs(NOW_MS * 1_000)
        .setFeedback(
            FeedbackEvent.newBuilder()
                .setRequestId(request)
                .setSessionId(visit)
                .setItemId(item)
                .setType(type));
  }

  private ItemPlacing placing(String item) {
    return history.of(item, NOW_MS).placing();
  }

  private static int[] at(int place, int count) {
    int[] numbers = new int[ItemHistory.PLACES];
    numbers[place] = count;
    return numbers;
  }

  @Test
  void itCountsWhereAnItemWasShownAndClickedOncePerAnswer() {
    ShownBy model = new ShownBy("dolmen", "", "");
    ShownBy blend = new ShownBy("blend", "summer sale", "b/ü");
    read(shown("r1", model, "a", "b"));
    read(shown("r2", blend, "b", "a"));
    read(event("r1", "visit", "a", EventType.EVENT_TYPE_DWELL));
    assertThat(placing("a").clicksByPlace()).isEqualTo(at(0, 0));
    read(event("r1", "visit", "a", EventType.EVENT_TYPE_VIEW));
    read(event("r1", "visit", "a", EventType.EVENT_TYPE_PURCHASE));
    read(event("r1", "another", "b", EventType.EVENT_TYPE_CLICK));
    read(event("", "visit", "b", EventType.EVENT_TYPE_CLICK));
    read(event("r2", "visit", "never shown", EventType.EVENT_TYPE_CLICK));
    ItemPlacing a = placing("a");
    assertThat(a.sinceMs()).isEqualTo(NOW_MS);
    assertThat(a.shownByPlace()).startsWith(1, 1, 0);
    assertThat(a.clicksByPlace()).isEqualTo(at(0, 1));
    assertThat(a.sources())
        .containsExactly(new ItemPlacing.Source(model, 1, 1), new ItemPlacing.Source(blend, 1, 0));
    assertThat(placing("b").clicksByPlace()).isEqualTo(at(0, 0));
    assertThat(placing("never shown").sinceMs()).as("clicked, and not shown").isEqualTo(-1);
    assertThat(placing("never shown").sources()).isEmpty();
  }

  @Test
  void aClickThatIsFasterThanItsImpressionCountsWhenThatComes() {
    ShownBy model = new ShownBy("", "", "");
    read(event("r", "visit", "b", EventType.EVENT_TYPE_CLICK));
    read(shown("r", model, "a", "b"));
    assertThat(placing("b").clicksByPlace()).isEqualTo(at(1, 1));
    assertThat(placing("b").sources()).containsExactly(new ItemPlacing.Source(model, 1, 1));
    assertThat(placing("a").clicksByPlace()).isEqualTo(at(0, 0));
  }

  @Test
  void eachPlaceIsInOneGroup() {
    Random random = new Random(3);
    int[] expected = new int[ItemHistory.PLACES];
    for (int i = 0; i < 500; i++) {
      int position = i < 60 ? i : random.nextInt(200);
      String[] items =
          IntStream.rangeClosed(0, position)
              .mapToObj(at -> at == position ? "a" : "other" + at)
              .toArray(String[]::new);
      read(shown("r" + i, new ShownBy("dolmen", "", ""), items));
      int group = 0;
      while (group + 1 < ItemHistory.PLACES && ItemHistory.firstPlace(group + 1) <= position + 1) {
        group++;
      }
      expected[group]++;
    }
    assertThat(placing("a").shownByPlace()).isEqualTo(expected).doesNotContain(0);
    assertThat(ItemHistory.firstPlace(0)).isEqualTo(1);
    assertThat(ItemHistory.firstPlace(9)).isEqualTo(10);
    assertThat(ItemHistory.firstPlace(10)).isEqualTo(11);
    assertThat(ItemHistory.firstPlace(12)).isEqualTo(51);
  }

  @Test
  void theSixteenthRankerCountsWithTheOthersUntilOneIsLongGone() {
    for (int i = 1; i <= 17; i++) {
      read(shown("r" + i, new ShownBy("dolmen", "e", "arm" + i), "a"));
    }
    assertThat(placing("a").sources()).hasSize(16).contains(new ItemPlacing.Source(null, 2, 0));
    ShownBy second = new ShownBy("dolmen", "e", "arm2");
    long later = (NOW_MS + 31 * 24 * HOUR_MS) * 1_000;
    read(shown("still", second, "a").setLoggedUs(later));
    ShownBy late = new ShownBy("dolmen", "next", "x");
    read(shown("late", late, "a").setLoggedUs(later));
    assertThat(placing("a").sources())
        .contains(
            new ItemPlacing.Source(second, 2, 0),
            new ItemPlacing.Source(late, 1, 0),
            new ItemPlacing.Source(null, 3, 0))
        .noneMatch(one -> one.by() != null && one.by().arm().equals("arm1"));
    assertThat(placing("a").sources().stream().mapToInt(ItemPlacing.Source::shown).sum())
        .isEqualTo(19);
  }

  @Test
  void aStartGoesOnWithThePlacesAndCountsNothingTwice() {
    ShownBy blend = new ShownBy("blend", "summer sale", "b/ü");
    history = ItemHistoryFile.of(directory).read(0, 0);
    read(shown("r1", blend, "a", "b"));
    read(event("r1", "visit", "b", EventType.EVENT_TYPE_CLICK));
    history.close();
    history = ItemHistoryFile.of(directory).read(offset, 0);
    offset = 0;
    read(shown("r1", blend, "a", "b"));
    read(event("r1", "visit", "b", EventType.EVENT_TYPE_CLICK));
    assertThat(placing("b").shownByPlace()).isEqualTo(at(1, 1));
    assertThat(placing("b").clicksByPlace()).isEqualTo(at(1, 1));
    assertThat(placing("b").sources()).containsExactly(new ItemPlacing.Source(blend, 1, 1));
    assertThat(placing("b").sinceMs()).isEqualTo(NOW_MS);
    read(shown("r2", blend, "b"));
    assertThat(placing("b").sources()).containsExactly(new ItemPlacing.Source(blend, 2, 1));
  }

  /** As releases before this one have left it. */
  @Test
  void aFileWithoutPlacesIsGoneOnWith() throws Exception {
    history = ItemHistoryFile.of(directory).read(0, 0);
    read(shown("r1", new ShownBy("dolmen", "", ""), "a"));
    history.close();
    Path file = directory.resolve(ItemHistoryFile.NAME);
    List<String> lines = Files.readAllLines(file);
    String[] item = lines.getLast().split(" ", -1);
    String rings =
        IntStream.range(4, item.length)
            .mapToObj(i -> item[i])
            .filter(one -> Integer.parseInt(one, 0, one.indexOf(':'), 10) < 2 * (24 + 30))
            .reduce("", (a, b) -> a + " " + b);
    String old = item[0] + " " + item[1] + " " + item[2] + rings + "\n";
    Files.writeString(file, "dolmen-item-history 1 1\n" + old);
    history = ItemHistoryFile.of(directory).read(1, 1);
    assertThat(history.of("a", NOW_MS).sinceMs()).isEqualTo(NOW_MS);
    assertThat(history.of("a", NOW_MS).shownByHour()[23]).isEqualTo(1);
    assertThat(placing("a").sinceMs()).isEqualTo(-1);
    read(shown("r2", new ShownBy("dolmen", "", ""), "b", "a").setLoggedUs(NOW_MS * 1_000 + 5_000));
    assertThat(placing("a").shownByPlace()).isEqualTo(at(1, 1));
    assertThat(placing("a").sinceMs()).isEqualTo(NOW_MS + 5);
  }
}
