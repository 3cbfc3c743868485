package dev.dolmen.trainer.signals;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ItemPlacesTest {
  /** Against a map, over rounds of many sizes, with numbers that come again and collide. */
  @Test
  void placesAreThoseOfAMap() {
    ItemPlaces places = new ItemPlaces();
    SplittableRandom random = new SplittableRandom(3);
    for (int round = 0; round < 300; round++) {
      places.clear();
      Map<Integer, Integer> expected = new HashMap<>();
      int asked = round % 7 == 0 ? 3_000 : random.nextInt(200);
      int bound = 1 << (1 + random.nextInt(24));
      int factor = 1 << random.nextInt(8);
      for (int i = 0; i < asked; i++) {
        int number = random.nextInt(bound) * factor;
        int wanted = expected.computeIfAbsent(number, n -> expected.size());
        assertThat(places.place(number)).isEqualTo(wanted);
        assertThat(places.size()).isEqualTo(expected.size());
      }
    }
  }

  /** Their count begins again before it is too large: then nothing of the rounds before is left. */
  @Test
  void whatWasThereBeforeTheCountBeganAgainIsNotThereNow() {
    ItemPlaces places = new ItemPlaces(ItemPlaces.FIRST_MAX - 7);
    for (int round = 0; round < 5; round++) {
      places.clear();
      for (int i = 0; i < 5; i++) {
        assertThat(places.place((i + 1) * (1 + round % 2))).isEqualTo(i);
      }
    }
  }
}
