package dev.dolmen.trainer.alternatives;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OnlineRankersTest {
  private static final RankerOptions OPTIONS = new RankerOptions(1_000, 16, 1_000, 1);
  private static final int ITEMS = 60;

  private static OnlineRankers of(RankerKind... kinds) {
    return new OnlineRankers(Set.of(kinds), OPTIONS);
  }

  /** Sessions that walk along the items. */
  private static void walk(OnlineRankers rankers, int from, int to) {
    for (int s = from; s < to; s++) {
      int at = new SplittableRandom(s).nextInt(ITEMS);
      for (int step = 0; step < 4; step++) {
        rankers.remember("session-" + s, (at + step) % ITEMS, s * 1_000L);
      }
    }
  }

  /** Items with a score, with the score. */
  private static Map<Integer, Float> ask(
      RankerReader reader, RankerKind kind, String session, int... items) {
    reader.begin(session);
    for (int item : items) {
      reader.add(item, 0);
    }
    int n = reader.rank(kind, 1_000);
    Map<Integer, Float> answer = new TreeMap<>();
    for (int i = 0; i < n; i++) {
      answer.put(reader.item(i), reader.score(i));
    }
    return answer;
  }

  @ParameterizedTest
  @EnumSource(names = {"CO_OCCURRENCE", "SKNN", "V_SKNN", "VMIS_KNN", "BLEND"})
  void answersByWhatWasLearnedAndNotBefore(RankerKind kind) {
    OnlineRankers rankers = of(kind);
    RankerReader reader = rankers.reader();
    walk(rankers, 0, 300);
    assertThat(ask(reader, kind, "", 10, 11)).isEmpty();
    rankers.learn();
    Map<Integer, Float> answer = ask(reader, kind, "", 10, 11);
    assertThat(answer.get(12)).isGreaterThan(answer.getOrDefault(15, 0f));
    assertThat(answer.values()).allMatch(score -> score >= 0);
    assertThat(rankers.figures().getFirst().clicks()).isEqualTo(1_200);
    assertThat(rankers.figures().getFirst().memoryBytes()).isPositive();
  }

  @Test
  void aSessionIsNotItsOwnNeighbour() {
    OnlineRankers rankers = of(RankerKind.VMIS_KNN);
    rankers.remember("mine", 1, 0);
    rankers.remember("mine", 2, 0);
    rankers.remember("other", 1, 0);
    rankers.remember("other", 3, 0);
    rankers.learn();
    RankerReader reader = rankers.reader();
    assertThat(ask(reader, RankerKind.VMIS_KNN, "mine", 1)).containsOnlyKeys(1, 3);
    assertThat(ask(reader, RankerKind.VMIS_KNN, "", 1)).containsOnlyKeys(1, 2, 3);
  }

  @Test
  void aDeletedItemIsForgottenAndItsIndexIsAnotherItems() {
    for (RankerKind kind : EnumSet.of(RankerKind.BLEND, RankerKind.CO_OCCURRENCE)) {
      OnlineRankers rankers = of(kind);
      RankerReader reader = rankers.reader();
      walk(rankers, 0, 300);
      rankers.learn();
      assertThat(ask(reader, kind, "", 10)).containsKey(11);
      rankers.deleted(11);
      assertThat(ask(reader, kind, "", 10)).doesNotContainKey(11).containsKey(12);
      assertThat(ask(reader, kind, "", 11)).isEmpty();
      rankers.remember("new", 11, 0);
      rankers.remember("new", 40, 0);
      rankers.learn();
      assertThat(ask(reader, kind, "", 10)).doesNotContainKey(11);
      assertThat(ask(reader, kind, "", 11)).containsKey(40).doesNotContainKey(12);
    }
  }

  /** A click that waits is on the item that was there, not on the one that has its index later. */
  @Test
  void clicksThatWaitAreLearnedBeforeADeletion() {
    OnlineRankers rankers = of(RankerKind.CO_OCCURRENCE);
    rankers.remember("a", 1, 0);
    rankers.remember("a", 2, 0);
    rankers.deleted(2);
    rankers.remember("b", 3, 0);
    rankers.remember("b", 2, 0);
    rankers.learn();
    RankerReader reader = rankers.reader();
    assertThat(ask(reader, RankerKind.CO_OCCURRENCE, "", 1)).isEmpty();
    assertThat(ask(reader, RankerKind.CO_OCCURRENCE, "", 3)).containsKey(2);
  }

  /** Items that come and go for ever: numbers are given anew, memory stays, knowledge, too. */
  @Test
  void itemsThatComeAndGoTakeNoMoreAndMoreMemory() {
    OnlineRankers rankers = of(RankerKind.BLEND);
    RankerReader reader = rankers.reader();
    walk(rankers, 0, 100);
    rankers.learn();
    Map<Integer, Float> before = ask(reader, RankerKind.BLEND, "", 10);
    long bytes = 0;
    for (int round = 0; round < 5 * ItemNumbers.SPARE; round++) {
      rankers.remember("r" + round, ITEMS + round % 7, 0);
      rankers.deleted(ITEMS + round % 7);
      if (round == 2 * ItemNumbers.SPARE) {
        bytes = rankers.figures().getFirst().memoryBytes();
      }
    }
    assertThat(rankers.figures().getFirst().memoryBytes()).isLessThanOrEqualTo(bytes);
    assertThat(before).isNotEmpty();
    rankers.remember("x", 10, 0);
    rankers.remember("x", 11, 0);
    rankers.remember("y", 10, 0);
    rankers.learn();
    assertThat(ask(reader, RankerKind.BLEND, "", 10)).containsKey(11);
    assertThat(ask(reader, RankerKind.BLEND, "", 10).keySet()).allMatch(item -> item < ITEMS);
  }

  @Test
  void whatIsNotKeptUpIsNamed() {
    RankerReader reader = of(RankerKind.BLEND, RankerKind.POPULARITY).reader();
    reader.begin("");
    assertThatThrownBy(() -> reader.rank(RankerKind.SKNN, 0))
        .hasMessageContaining("sknn is not kept up, expected one of [BLEND]");
    assertThat(OnlineRankers.none().isEmpty()).isTrue();
  }

  /**
   * Readers never see a part of what is learned at a time: each of their answers is that of a twin
   * after some whole number of steps.
   */
  @ParameterizedTest
  @EnumSource(names = {"CO_OCCURRENCE", "VMIS_KNN", "BLEND"})
  void answersAreNeverTorn(RankerKind kind) throws Exception {
    int sessions = 1_600;
    OnlineRankers twin = of(kind);
    RankerReader twinReader = twin.reader();
    Set<Map<Integer, Float>> whole = new HashSet<>();
    whole.add(ask(twinReader, kind, "", 10, 11));
    for (int s = 0; s < sessions; s += 16) {
      walk(twin, s, s + 16); // 64 clicks: as many as are learned at a time.
      twin.learn();
      whole.add(ask(twinReader, kind, "", 10, 11));
    }
    OnlineRankers rankers = of(kind);
    AtomicBoolean done = new AtomicBoolean();
    AtomicInteger asked = new AtomicInteger();
    try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
      List<CompletableFuture<Void>> readers =
          Stream.generate(rankers::reader)
              .limit(3)
              .map(reader ->
                  CompletableFuture.runAsync(
                      () -> {
                        while (!done.get()) {
                          assertThat(whole).contains(ask(reader, kind, "", 10, 11));
                          asked.incrementAndGet();
                        }
                      },
                      threads))
              .toList();
      try {
        for (int s = 0; s < sessions; s += 160) {
          walk(rankers, s, s + 160);
          rankers.learn();
          int before = asked.get();
          while (asked.get() < before + 10 && readers.stream().noneMatch(f -> f.isDone())) {
            LockSupport.parkNanos(100_000);
          }
        }
      } finally {
        done.set(true);
      }
      for (CompletableFuture<Void> reader : readers) {
        reader.get(30, TimeUnit.SECONDS);
      }
    }
    assertThat(ask(rankers.reader(), kind, "", 10, 11))
        .isEqualTo(ask(twinReader, kind, "", 10, 11));
  }
}
