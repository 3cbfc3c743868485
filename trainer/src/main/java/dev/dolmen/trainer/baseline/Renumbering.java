package dev.dolmen.trainer.baseline;

/** Lists of items under new numbers, in place: what {@link ServedRecommender#renumber} means. */
final class Renumbering {
  private Renumbering() {}

  /** Renames the first {@code size} items of a list, drops those that are forgotten. */
  static int list(int[] items, int size, int[] numbers) {
    int kept = 0;
    for (int i = 0; i < size; i++) {
      int number = numbers[items[i]];
      if (number >= 0) {
        items[kept++] = number;
      }
    }
    return kept;
  }
}
