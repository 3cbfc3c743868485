package dev.dolmen.trainer.baseline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SessionIndexTest {
  private static List<Integer> items(SessionIndex index, long session) {
    List<Integer> items = new ArrayList<>();
    int place = index.find(session);
    for (int i = 0; i < index.itemCount(place); i++) {
      items.add(index.item(place, i));
    }
    return items;
  }

  private static List<Integer> places(SessionIndex index, int item) {
    List<Integer> places = new ArrayList<>();
    for (int i = 0; i < index.placeCount(item); i++) {
      places.add(index.place(item, i));
    }
    return places;
  }

  @Test
  void aSessionIsInItFromItsFirstClickOn() {
    SessionIndex index = new SessionIndex(SessionIndexOptions.defaults());
    index.learn(new Click(7, 3, 0));
    assertThat(items(index, 7)).containsExactly(3);
    index.learn(new Click(7, 4, 0));
    index.learn(new Click(7, 3, 0));
    assertThat(items(index, 7)).as("distinct").containsExactly(3, 4);
    assertThat(index.lastClick(index.find(7))).isEqualTo(3);
    assertThat(places(index, 3)).containsExactly(index.find(7));
    assertThat(index.sessions()).isEqualTo(1);
    assertThat(index.sessionsWith(3)).isEqualTo(1);
    assertThat(index.sessionsWith(99)).isZero();
    assertThat(index.find(8)).isEqualTo(-1);
  }

  @Test
  void aLongSessionKeepsItsLastItems() {
    SessionIndex index = new SessionIndex(new SessionIndexOptions(10, 2, 10, 100));
    Clicks.session(1, 5, 6, 7).forEach(index::learn);
    assertThat(items(index, 1)).containsExactly(6, 7);
    assertThat(places(index, 5)).isEmpty();
    assertThat(index.sessionsWith(5)).isZero();
  }

  @Test
  void anItemKeepsItsLatestSessionsAndCountsThemAll() {
    SessionIndex index = new SessionIndex(new SessionIndexOptions(10, 10, 2, 100));
    for (int session = 1; session <= 3; session++) {
      index.learn(new Click(session, 5, 0));
    }
    assertThat(places(index, 5)).containsExactly(index.find(2), index.find(3));
    assertThat(index.sessionsWith(5)).isEqualTo(3);
  }

  @Test
  void theSessionThatBeganFirstLeavesEveryList() {
    SessionIndex index = new SessionIndex(new SessionIndexOptions(2, 10, 10, 100));
    index.learn(new Click(1, 5, 0));
    index.learn(new Click(2, 5, 0));
    index.learn(new Click(1, 6, 0)); // Lately active, still the one that began first.
    index.learn(new Click(3, 6, 0));
    assertThat(index.find(1)).isEqualTo(-1);
    assertThat(places(index, 5)).containsExactly(index.find(2));
    assertThat(places(index, 6)).containsExactly(index.find(3));
    assertThat(index.sessions()).isEqualTo(2);
    assertThat(index.sessionsWith(6)).isEqualTo(1);
  }

  /** Kept up click by click it is what remembered sessions say when they are looked at at once. */
  @Test
  void isWhatAnIndexMadeAtOnceWouldBe() {
    int maxSessions = 37;
    SessionIndex index = new SessionIndex(new SessionIndexOptions(maxSessions, 4, 1_000, 1_000));
    Map<Long, List<Integer>> sessions = new LinkedHashMap<>();
    for (Click click : Clicks.random(11, 4_000, 50, 9)) {
      index.learn(click);
      if (!sessions.containsKey(click.session()) && sessions.size() == maxSessions) {
        sessions.remove(sessions.keySet().iterator().next());
      }
      List<Integer> items = sessions.computeIfAbsent(click.session(), s -> new ArrayList<>());
      if (!items.contains(click.item())) {
        items.add(click.item());
        if (items.size() > 4) {
          items.removeFirst();
        }
      }
    }
    Map<Integer, List<Integer>> placesByItem = new HashMap<>();
    sessions.forEach((session, items) -> {
      assertThat(items(index, session)).isEqualTo(items);
      for (int item : items) {
        placesByItem.computeIfAbsent(item, i -> new ArrayList<>()).add(index.find(session));
      }
    });
    for (int item = 0; item < 50; item++) {
      List<Integer> expected = placesByItem.getOrDefault(item, List.of());
      assertThat(places(index, item)).containsExactlyInAnyOrderElementsOf(expected);
      assertThat(index.sessionsWith(item)).isEqualTo(expected.size());
    }
    assertThat(index.sessions()).isEqualTo(maxSessions);
  }

  @Test
  void sharersTeachEachClickOnce() {
    SessionIndex index = new SessionIndex(SessionIndexOptions.defaults());
    OnlineRecommender one = new NeighborRecommender(index, NeighborFormula.sknn());
    OnlineRecommender other = new NeighborRecommender(index, NeighborFormula.vsknn());
    for (Click click : Clicks.session(1, 5, 6, 7)) {
      one.learn(click);
      other.learn(click);
    }
    assertThat(index.clicks()).isEqualTo(3);
    assertThatThrownBy(() -> index.learnOnce(9, new Click(1, 1, 0)))
        .hasMessage("click 9 after click 3, expected each in order");
  }

  @Test
  void itemsBeyondTheBoundAreRefused() {
    SessionIndex index = new SessionIndex(new SessionIndexOptions(10, 10, 10, 100));
    assertThatThrownBy(() -> index.learn(new Click(1, 100, 0)))
        .hasMessage("item: 100, expected 0 to 99");
    assertThatThrownBy(() -> new SessionIndexOptions(0, 1, 1, 1))
        .hasMessage("sessionIndex.maxSessions: 0, expected 1 to 100000000");
  }
}
