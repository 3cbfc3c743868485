package dev.dolmen.trainer.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SessionSlotsTest {
  @Test
  void behavesLikeAMapThatForgetsTheFirst() {
    for (int capacity : new int[] {1, 13, 207, 1_025}) {
      compare(capacity, new SplittableRandom(capacity));
    }
  }

  private static void compare(int capacity, SplittableRandom random) {
    SessionSlots slots = new SessionSlots(capacity);
    Map<Long, Integer> places = new HashMap<>();
    Deque<Long> inOrder = new ArrayDeque<>();
    for (int i = 0; i < 6 * capacity + 100; i++) {
      long session = random.nextLong(3L * capacity) << random.nextInt(40);
      assertThat(slots.find(session)).isEqualTo(places.getOrDefault(session, -1));
      if (places.containsKey(session)) {
        continue;
      }
      assertThat(slots.full()).isEqualTo(inOrder.size() == capacity);
      if (inOrder.size() == capacity) {
        assertThat(places.remove(inOrder.remove())).isEqualTo(slots.nextPlace());
      }
      int place = slots.open(session);
      assertThat(places.values()).doesNotContain(place);
      places.put(session, place);
      inOrder.add(session);
    }
    assertThat(slots.size()).isEqualTo(capacity);
    places.forEach((session, place) -> assertThat(slots.find(session)).isEqualTo(place));
    SessionSlots restored = new SessionSlots(capacity);
    restored.restore(slots.sessions(), slots.nextPlace());
    assertThat(restored.sessions()).isEqualTo(slots.sessions());
    assertThat(restored.open(-5)).isEqualTo(slots.open(-5));
    assertThat(restored.sessions()).isEqualTo(slots.sessions());
  }
}
