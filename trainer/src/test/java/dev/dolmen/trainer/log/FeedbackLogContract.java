package dev.dolmen.trainer.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What every feedback log promises. */
abstract class FeedbackLogContract {
  /** Opens the log of this test, a new one at first. */
  abstract FeedbackLog open() throws Exception;

  static List<String> read(LogTailer tailer) {
    List<String> records = new ArrayList<>();
    try (tailer) {
      while (tailer.next()) {
        records.add(new String(tailer.bytes(), 0, tailer.length(), UTF_8));
      }
    }
    return records;
  }

  static long append(FeedbackLog log, String record) {
    return log.begin(record.getBytes(UTF_8)).await();
  }

  /** Appends records of 10 kB that begin with their number. */
  static List<Long> fill(FeedbackLog log, int from, int to) {
    List<LogAppend> appends = new ArrayList<>();
    for (int i = from; i < to; i++) {
      byte[] record = new byte[10_000];
      Arrays.fill(record, (byte) '.');
      byte[] number = Integer.toString(i).getBytes(UTF_8);
      System.arraycopy(number, 0, record, 0, number.length);
      appends.add(log.begin(record));
    }
    return appends.stream().map(LogAppend::await).toList();
  }

  static List<Integer> numbers(LogTailer tailer) {
    return read(tailer).stream().map(r -> Integer.valueOf(r.substring(0, r.indexOf('.')))).toList();
  }

  private static List<Integer> range(int from, int to) {
    return IntStream.range(from, to).boxed().toList();
  }

  @Test
  void readsBackWhatWasAppendedFromAnyOffset() throws Exception {
    try (FeedbackLog log = open()) {
      assertThat(log.lastOffset()).isZero();
      assertThat(log.isFromTheBeginning()).isTrue();
      assertThat(read(log.tailer(0))).isEmpty();
      assertThat(read(log.tailerOfLast(3))).isEmpty();
      long a = append(log, "a");
      long b = append(log, "b");
      assertThat(a).isPositive();
      assertThat(b).isGreaterThan(a);
      assertThat(log.lastOffset()).isEqualTo(b);
      assertThat(read(log.tailer(0))).containsExactly("a", "b");
      assertThat(read(log.tailer(a))).containsExactly("b");
      assertThat(read(log.tailer(b))).isEmpty();
      assertThat(read(log.tailerOfLast(1))).containsExactly("b");
      assertThat(log.sizeBytes()).isPositive();
    }
  }

  @Test
  void tailerSeesWhatComesAfterItsEnd() throws Exception {
    try (FeedbackLog log = open()) {
      long a = append(log, "a");
      try (LogTailer tailer = log.tailer(a)) {
        assertThat(tailer.next()).isFalse();
        long b = append(log, "b");
        assertThat(tailer.next()).isTrue();
        assertThat(tailer.offset()).isEqualTo(b);
        assertThat(tailer.next()).isFalse();
      }
    }
  }

  @Test
  void goesOnAfterReopening() throws Exception {
    long a;
    try (FeedbackLog log = open()) {
      a = append(log, "a");
    }
    try (FeedbackLog log = open()) {
      assertThat(log.lastOffset()).isEqualTo(a);
    }
    try (FeedbackLog log = open()) {
      assertThat(log.lastOffset()).isEqualTo(a);
      long b = append(log, "b");
      assertThat(b).isGreaterThan(a);
      assertThat(read(log.tailer(0))).containsExactly("a", "b");
      assertThat(read(log.tailer(a))).containsExactly("b");
      assertThat(read(log.tailerOfLast(2))).containsExactly("a", "b");
      assertThat(read(log.tailerOfLast(1))).containsExactly("b");
    }
  }

  @Test
  void recordsOfAnySizeKeepTheirBytes() throws Exception {
    List<byte[]> records =
        Stream.of(1, 13, 4_098, 1 << 20, 4 << 20, 207)
            .map(size -> {
              byte[] record = new byte[size];
              for (int i = 0; i < size; i++) {
                record[i] = (byte) (i * 31 + size);
              }
              return record;
            })
            .toList();
    try (FeedbackLog log = open()) {
      records.stream().map(log::begin).toList().forEach(LogAppend::await);
      try (LogTailer tailer = log.tailer(0)) {
        for (byte[] record : records) {
          assertThat(tailer.next()).isTrue();
          assertThat(Arrays.copyOf(tailer.bytes(), tailer.length())).isEqualTo(record);
        }
        assertThat(tailer.next()).isFalse();
      }
      assertThatThrownBy(() -> log.begin(new byte[0]))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("0 bytes");
    }
  }

  /** In the order in which each thread began them, and all of them where their offsets say. */
  @Test
  void threadsAppendTogether() throws Exception {
    try (FeedbackLog log = open()) {
      List<List<Long>> offsets = new ArrayList<>();
      List<Thread> threads = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        String name = "t" + t + "-";
        List<Long> mine = new ArrayList<>();
        offsets.add(mine);
        threads.add(
            Thread.ofPlatform()
                .start(() -> {
                  List<LogAppend> appends = new ArrayList<>();
                  for (int i = 0; i < 500; i++) {
                    appends.add(log.begin((name + i).getBytes(UTF_8)));
                  }
                  appends.forEach(append -> mine.add(append.await()));
                }));
      }
      for (Thread thread : threads) {
        thread.join();
      }
      List<String> read = read(log.tailer(0));
      assertThat(read).hasSize(2_000);
      for (int t = 0; t < 4; t++) {
        String name = "t" + t + "-";
        assertThat(offsets.get(t)).hasSize(500).isSorted().doesNotHaveDuplicates();
        assertThat(read.stream().filter(r -> r.startsWith(name)).toList())
            .isEqualTo(IntStream.range(0, 500).mapToObj(i -> name + i).toList());
      }
      assertThat(log.lastOffset())
          .isEqualTo(offsets.stream().mapToLong(List::getLast).max().orElseThrow());
    }
  }

  @Test
  void deletesFromTheBeginningOnlyWhatNobodyNeeds() throws Exception {
    List<Long> offsets;
    try (FeedbackLog log = open()) {
      offsets = fill(log, 0, 400);
      assertThat(offsets).isSorted().doesNotHaveDuplicates();
      assertThat(numbers(log.tailer(0))).isEqualTo(range(0, 400));
      assertThat(numbers(log.tailer(offsets.get(99)))).isEqualTo(range(100, 400));
      assertThat(numbers(log.tailerOfLast(250))).isEqualTo(range(150, 400));
      assertThat(numbers(log.tailerOfLast(1_000))).isEqualTo(range(0, 400));

      assertThat(log.deleteUpTo(0, 0, Long.MAX_VALUE)).isFalse();
      assertThat(log.deleteUpTo(offsets.get(299), 400, Long.MAX_VALUE)).isFalse();
      assertThat(log.isFromTheBeginning()).isTrue();
      assertThat(log.deleteUpTo(offsets.get(299), 400, 5_000_000)).isFalse();
      // Kept for their number, but for two megabytes at most.
      assertThat(log.deleteUpTo(offsets.get(299), 400, 2_000_000)).isTrue();
      assertThat(numbers(log.tailerOfLast(200))).isEqualTo(range(200, 400));
      log.deleteUpTo(offsets.get(299), 0, Long.MAX_VALUE);
      assertThat(log.deleteUpTo(offsets.get(299), 0, Long.MAX_VALUE)).isFalse();
      assertThat(log.isFromTheBeginning()).isFalse();
      assertThat(numbers(log.tailer(offsets.get(299)))).isEqualTo(range(300, 400));
      assertThat(numbers(log.tailerOfLast(100))).isEqualTo(range(300, 400));
      assertThat(numbers(log.tailer(0)).size()).isBetween(100, 399);
      assertThatThrownBy(() -> log.tailer(offsets.getFirst()))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining(Long.toString(offsets.getFirst()));
      assertThat(append(log, "400.")).isGreaterThan(offsets.getLast());
      assertThat(log.deleteUpTo(offsets.get(350), 120, Long.MAX_VALUE)).isFalse();
    }
    try (FeedbackLog log = open()) {
      assertThat(log.isFromTheBeginning()).isFalse();
      assertThat(numbers(log.tailer(offsets.get(299)))).isEqualTo(range(300, 401));
    }
  }

  @Test
  void refusesAnOffsetThatItDoesNotHold() throws Exception {
    try (FeedbackLog log = open()) {
      long a = append(log, "a");
      assertThatThrownBy(() -> log.tailer(a + 7)).hasMessageContaining(Long.toString(a + 7));
    }
  }

  @Test
  void refusesAppendsOnceClosed() throws Exception {
    FeedbackLog log = open();
    assertThat(log.notTaking()).isEmpty();
    log.close();
    assertThat(log.notTaking()).contains("closed");
    assertThatThrownBy(() -> append(log, "a")).isInstanceOf(LogUnavailableException.class);
    log.close();
  }
}
