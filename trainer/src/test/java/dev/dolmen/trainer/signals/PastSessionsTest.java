package dev.dolmen.trainer.signals;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PastSessionsTest {
  private static final int SESSIONS = 3_000;

  private final PastSessions past = new PastSessions(SESSIONS);

  private void visit(long session, int... items) {
    for (int i = 1; i < items.length; i++) {
      past.add(session, items, i, item -> 0);
    }
  }

  private List<Integer> path(int place) {
    return Arrays.stream(past.items(place)).mapToObj(each -> (int) each).toList();
  }

  @Test
  void aSessionIsThereFromItsSecondItemOnAndEachItemOnce() {
    visit(7, 4, 4);
    assertThat(past.sessions(4)).isEmpty();
    visit(7, 4, 4, 5, 4, 6);
    int place = past.sessions(4)[0];
    assertThat(path(place)).containsExactly(4, 5, 6);
    assertThat(past.sessions(5)).containsExactly(place);
    assertThat(past.sessions(6)).containsExactly(place);
    visit(8, 6, 4);
    assertThat(past.sessions(4)).hasSize(2).startsWith(place);
  }

  @Test
  void keepsTheLastItemsOfASession() {
    visit(1, IntStream.range(0, PastSessions.ITEMS + 5).toArray());
    assertThat(past.sessions(4)).isEmpty();
    int place = past.sessions(5)[0];
    assertThat(path(place)).hasSize(PastSessions.ITEMS).startsWith(5);
  }

  @Test
  void keepsTheLastSessionsOfAnItem() {
    int n = PastSessions.SESSIONS_OF_ITEM + 3;
    for (int session = 0; session < n; session++) {
      visit(session, 0, session + 1);
    }
    assertThat(past.sessions(0)).hasSize(PastSessions.SESSIONS_OF_ITEM);
    assertThat(path(past.sessions(0)[0])).containsExactly(0, 4);
  }

  @Test
  void theSessionThatBeganFirstMakesRoom() {
    for (int session = 0; session < SESSIONS; session++) {
      visit(session, 2 * session, 2 * session + 1);
    }
    int first = past.sessions(0)[0];
    visit(-1, 3, 2);
    assertThat(past.sessions(0)).isEmpty();
    assertThat(past.sessions(1)).isEmpty();
    assertThat(past.sessions(2)).hasSize(2).endsWith(first);
    assertThat(path(first)).containsExactly(3, 2);
  }

  @Test
  void itemsBearTheirBirthAndAreForgotten() {
    past.add(1, new int[] {3, 9}, 1, item -> item == 9 ? 5 : 0);
    assertThat(past.items(past.sessions(3)[0])).containsExactly(3, 5L << 32 | 9);
    past.clear(3);
    assertThat(past.sessions(3)).isEmpty();
  }

  @Test
  void aCopyIsAsOfItsMomentAndGoesOnAlike() throws IOException {
    SplittableRandom random = new SplittableRandom(5);
    for (int i = 0; i < 2_000; i++) {
      visit(random.nextInt(900), random.nextInt(50), random.nextInt(400), random.nextInt(400));
    }
    var copy = past.copy();
    byte[] before = bytes(copy);
    PastSessions restored = new PastSessions(SESSIONS);
    restored.readFrom(new DataInputStream(new ByteArrayInputStream(before)));
    assertThat(bytes(restored.copy())).isEqualTo(before);
    for (int i = 0; i < 2_000; i++) {
      int[] path = {random.nextInt(50), random.nextInt(900)};
      int session = random.nextInt(2_000);
      past.add(session, path, 1, item -> 0);
      restored.add(session, path, 1, item -> 0);
    }
    assertThat(bytes(copy)).isEqualTo(before);
    assertThat(bytes(restored.copy())).isEqualTo(bytes(past.copy())).isNotEqualTo(before);
    before[8 + 8] = 99; // The first path's length.
    assertThatThrownBy(() ->
            new PastSessions(SESSIONS)
                .readFrom(new DataInputStream(new ByteArrayInputStream(before))))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("99");
  }

  /** Whatever the bound was: the sessions that began last are kept, in their order. */
  @Test
  void anotherBoundKeepsTheSessionsThatBeganLast() throws IOException {
    for (int before : new int[] {5, 8, 12}) {
      for (int now : new int[] {3, 5, 8, 11, 20}) {
        PastSessions then = new PastSessions(before);
        for (int session = 0; session < 10; session++) {
          then.add(session, new int[] {0, session + 1}, 1, item -> 0);
        }
        PastSessions restored = new PastSessions(now);
        restored.readFrom(new DataInputStream(new ByteArrayInputStream(bytes(then.copy()))));
        int kept = Math.min(Math.min(before, 10), now);
        assertThat(itemsOfSessions(restored)).hasSize(kept).isEqualTo(lastItems(10, kept));
        assertThat(restored.sessions(10 - kept)).hasSize(kept == 10 ? kept : 0);
        for (int session = 10; session < 14; session++) {
          restored.add(session, new int[] {0, session + 1}, 1, item -> 0);
        }
        int more = Math.min(kept + 4, now);
        assertThat(itemsOfSessions(restored)).isEqualTo(lastItems(14, more));
        PastSessions again = new PastSessions(now);
        again.readFrom(new DataInputStream(new ByteArrayInputStream(bytes(restored.copy()))));
        assertThat(bytes(again.copy())).isEqualTo(bytes(restored.copy()));
        assertThat(again.bytes() - 24L * 1_024 - 4L * 1_024).isPositive();
      }
    }
  }

  /** The second items of the sessions that visited item 0, which all of them did. */
  private static List<Integer> itemsOfSessions(PastSessions past) {
    return Arrays.stream(past.sessions(0)).mapToObj(place -> (int) past.items(place)[1]).toList();
  }

  private static List<Integer> lastItems(int sessions, int n) {
    return IntStream.rangeClosed(sessions - n + 1, sessions).boxed().toList();
  }

  private static byte[] bytes(dev.dolmen.trainer.state.StateCopy copy) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    copy.writeTo(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }

  private record Neighbor(int place, int found, float similarity, int nearest) {}

  /** Against all sessions, looked at one by one. */
  @Test
  void neighborsAreTheMostSimilar() {
    SplittableRandom random = new SplittableRandom(11);
    for (int session = 0; session < 500; session++) {
      visit(session, random.ints(2 + random.nextInt(4), 0, 40).toArray());
    }
    SimilarSessions neighbors = new SimilarSessions(past);
    for (int round = 0; round < 50; round++) {
      int[] ending = random.ints(0, 40).distinct().limit(1 + random.nextInt(4)).toArray();
      neighbors.clear();
      for (int d = 1; d <= ending.length; d++) {
        neighbors.add(ending[d - 1], d);
      }
      neighbors.cut();
      List<Neighbor> expected = expected(ending);
      assertThat(neighbors.size()).isEqualTo(Math.min(SimilarSessions.NEIGHBORS, expected.size()));
      expected =
          expected.stream()
              .limit(neighbors.size())
              .sorted(Comparator.comparingInt(Neighbor::found))
              .toList();
      for (int n = 0; n < neighbors.size(); n++) {
        Neighbor neighbor = expected.get(n);
        assertThat(neighbors.items(n)).isEqualTo(past.items(neighbor.place));
        assertThat(neighbors.similarity(n)).isCloseTo(neighbor.similarity, within(1e-6f));
        assertThat(neighbors.weight(n))
            .isCloseTo(neighbor.similarity / neighbor.nearest, within(1e-6f));
      }
    }
  }

  private List<Neighbor> expected(int[] ending) {
    List<Neighbor> all = new ArrayList<>();
    for (int d = 1; d <= ending.length; d++) {
      int[] sessions = past.sessions(ending[d - 1]);
      for (int i = sessions.length - 1; i >= 0; i--) {
        int place = sessions[i];
        if (all.stream().noneMatch(n -> n.place == place)) {
          float similarity = 0;
          for (int e = 1; e <= ending.length; e++) {
            int[] visited = past.sessions(ending[e - 1]);
            similarity += Arrays.stream(visited).anyMatch(p -> p == place) ? 1f / e : 0;
          }
          all.add(new Neighbor(place, all.size(), similarity, d));
        }
      }
    }
    all.sort(
        Comparator.comparingDouble(Neighbor::similarity)
            .reversed()
            .thenComparingInt(Neighbor::found));
    return all;
  }
}
