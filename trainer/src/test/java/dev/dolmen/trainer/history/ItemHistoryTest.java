package dev.dolmen.trainer.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.trainer.Patience;
import dev.dolmen.v1.EventType;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.Impression;
import dev.dolmen.v1.LogRecord;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Counts of items by hour and day, next to counts of every hour in a map. */
class ItemHistoryTest {
  private static final long HOUR_MS = 3_600_000;

  /** The beginning of an hour that is not the first of its day. */
  private static final long NOW_MS = 500_005 * HOUR_MS;

  @TempDir Path directory;

  private static LogRecord shown(long timeMs, String... items) {
    return LogRecord.newBuilder()
        .setLoggedUs(timeMs * 1_000)
        .setImpression(Impression.newBuilder().addAllItemId(List.of(items)))
        .build();
  }

  private static LogRecord event(long timeMs, String item, EventType type) {
    return LogRecord.newBuilder()
        .setLoggedUs(timeMs * 1_000)
        .setFeedback(FeedbackEvent.newBuilder().setItemId(item).setType(type))
        .build();
  }

  private static int[] zerosThen(int length, int last) {
    int[] numbers = new int[length];
    numbers[length - 1] = last;
    return numbers;
  }

  @Test
  void whatIsShownAndClickedCountsAndNothingElseDoes() {
    ItemHistory history = new ItemHistory(0, null);
    history.read(shown(NOW_MS, "a", "b"), 1, List.of());
    history.read(shown(NOW_MS, "a"), 2, List.of());
    history.read(event(NOW_MS, "a", EventType.EVENT_TYPE_CLICK), 3, List.of());
    history.read(event(NOW_MS, "a", EventType.EVENT_TYPE_VIEW), 4, List.of());
    history.read(event(NOW_MS, "a", EventType.EVENT_TYPE_DWELL), 5, List.of());
    history.read(event(NOW_MS, "a", EventType.EVENT_TYPE_DISMISS), 6, List.of());
    history.read(LogRecord.newBuilder().setLoggedUs(NOW_MS * 1_000).build(), 7, List.of());
    ItemFigures a = history.of("a", NOW_MS);
    assertThat(a.shownByHour()).isEqualTo(zerosThen(24, 2));
    assertThat(a.clicksByHour()).isEqualTo(zerosThen(24, 2));
    assertThat(a.shownByDay()).isEqualTo(zerosThen(30, 2));
    assertThat(a.clicksByDay()).isEqualTo(zerosThen(30, 2));
    assertThat(a.sinceMs()).isEqualTo(NOW_MS);
    assertThat(history.of("b", NOW_MS).shownByHour()).isEqualTo(zerosThen(24, 1));
    ItemFigures none = history.of("never", NOW_MS);
    assertThat(none.sinceMs()).isEqualTo(-1);
    assertThat(none.shownByDay()).isEqualTo(new int[30]);
  }

  /** Over 70 days with long pauses, and now and then a clock that was set back. */
  @Test
  void eachHourAndDayIsWhatCountingThemAllComesTo() {
    ItemHistory history = new ItemHistory(0, null);
    Random random = new Random(5);
    Map<Long, Integer> all = new HashMap<>();
    long hour = NOW_MS / HOUR_MS;
    long newest = hour;
    for (int i = 1; i <= 5_000; i++) {
      hour += random.nextInt(100) == 0 ? random.nextInt(80) : random.nextInt(50) == 0 ? 1 : 0;
      long at = random.nextInt(20) == 0 ? hour - random.nextInt(50) : hour;
      newest = Math.max(newest, at);
      history.read(shown(at * HOUR_MS, "a"), i, List.of());
      // What came too late for its ring is nowhere; it is not in what is compared, either.
      all.merge(at, 1, Integer::sum);
      if (i % 100 == 0) {
        ItemFigures figures = history.of("a", newest * HOUR_MS);
        assertThat(figures.shownByHour()).isEqualTo(window(all, newest, 24, 1));
      }
    }
    int[] days = history.of("a", newest * HOUR_MS).shownByDay();
    assertThat(days).isEqualTo(window(all, newest, 30, 24));
    assertThat(Arrays.stream(days).sum()).isBetween(1, 5_000);
    int[] later = history.of("a", (newest + 23) * HOUR_MS).shownByHour();
    assertThat(later[0]).isEqualTo(all.getOrDefault(newest, 0));
    assertThat(history.of("a", (newest + 24) * HOUR_MS).shownByHour()).isEqualTo(new int[24]);
    assertThat(history.of("a", (newest + 31 * 24) * HOUR_MS).shownByDay()).isEqualTo(new int[30]);
  }

  private static int[] window(Map<Long, Integer> all, long newest, int length, int hours) {
    int[] window = new int[length];
    all.forEach((at, count) -> {
      long place = length - 1 - (newest / hours - at / hours);
      if (place >= 0) {
        window[(int) place] += count;
      }
    });
    return window;
  }

  @Test
  void theItemsThatWereCountedLastAreKept() {
    ItemHistory history = new ItemHistory(0, null);
    for (int i = 0; i < ItemHistory.ITEMS_MAX; i++) {
      history.read(shown(NOW_MS, "i" + i), i + 1, List.of());
    }
    history.read(event(NOW_MS, "i0", EventType.EVENT_TYPE_CLICK), 1_000_000, List.of());
    history.read(shown(NOW_MS, "one more"), 1_000_001, List.of());
    assertThat(history.bytes()).isEqualTo(ItemHistory.bytesMax()).isLessThan(13 << 20);
    assertThat(history.of("i0", NOW_MS).sinceMs()).isEqualTo(NOW_MS);
    assertThat(history.of("i1", NOW_MS).sinceMs()).isEqualTo(-1);
    assertThat(history.of("one more", NOW_MS).sinceMs()).isEqualTo(NOW_MS);
  }

  @Test
  void aStartGoesOnWithWhatWasKeptAndCountsNothingTwice() {
    ItemHistory before = ItemHistoryFile.of(directory).read(0, 0);
    before.read(shown(NOW_MS - 30 * HOUR_MS, "a"), 10, List.of());
    before.read(shown(NOW_MS, "a", "b"), 20, List.of());
    before.close();
    ItemHistory after = ItemHistoryFile.of(directory).read(30, 20);
    after.read(shown(NOW_MS, "a", "b"), 20, List.of());
    after.read(event(NOW_MS, "a", EventType.EVENT_TYPE_CLICK), 30, List.of());
    ItemFigures a = after.of("a", NOW_MS);
    assertThat(a.sinceMs()).isEqualTo(NOW_MS - 30 * HOUR_MS);
    assertThat(a.shownByHour()).isEqualTo(zerosThen(24, 1));
    assertThat(a.clicksByHour()).isEqualTo(zerosThen(24, 1));
    assertThat(Arrays.stream(a.shownByDay()).sum()).isEqualTo(2);
    assertThat(after.of("b", NOW_MS).shownByHour()).isEqualTo(zerosThen(24, 1));
  }

  /** Else a process that is killed would have kept nothing of a long life. */
  @Test
  void itIsKeptWhenAnHourBegins() throws Exception {
    Path file = directory.resolve(ItemHistoryFile.NAME);
    ItemHistory history = ItemHistoryFile.of(directory).read(0, 0);
    history.read(shown(NOW_MS, "a"), 1, List.of());
    assertThat(file).doesNotExist();
    history.read(shown(NOW_MS + HOUR_MS, "a"), 2, List.of());
    Patience.await("kept", () -> Files.exists(file));
    int[] kept = ItemHistoryFile.of(directory).read(2, 2).of("a", NOW_MS + HOUR_MS).shownByHour();
    assertThat(Arrays.copyOfRange(kept, 22, 24)).containsExactly(1, 1);
  }

  @Test
  void aFileThatIsNotToBeUsedIsLeftOut() throws Exception {
    ItemHistory history = ItemHistoryFile.of(directory).read(0, 0);
    history.read(shown(NOW_MS, "a"), 100, List.of());
    history.close();
    Path file = directory.resolve(ItemHistoryFile.NAME);
    String good = Files.readString(file);
    assertThat(ItemHistoryFile.of(directory).read(100, 0).of("a", NOW_MS).sinceMs())
        .isEqualTo(NOW_MS);
    assertThat(ItemHistoryFile.of(directory).read(99, 0).of("a", NOW_MS).sinceMs())
        .as("of another log")
        .isEqualTo(-1);
    for (String bad :
        List.of(
            "",
            "dolmen-item-history 3 100",
            "dolmen-item-history 2 100\n",
            good.replace("0:", "999:"),
            good.replace(" 23:", " "),
            good.substring(0, good.length() - 4) + "x\n")) {
      Files.writeString(file, bad);
      ItemHistory read = ItemHistoryFile.of(directory).read(1_000, 0);
      read.read(shown(NOW_MS, "b"), 101, List.of());
      assertThat(read.of("b", NOW_MS).shownByHour()).as(bad).isEqualTo(zerosThen(24, 1));
    }
  }
}
