package dev.dolmen.traffic.demo;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One visit. Everything but the recommendations is confined to the thread that simulates visitors.
 */
final class VisitorSession {
  /**
   * Recommendations that the visitor has been shown.
   *
   * @param itemIds best first
   */
  record Shown(String requestId, List<String> itemIds) {}

  final String id;
  final String device;
  final int[] categories;
  final String brand;
  final int tier;
  final List<Product> clicked = new ArrayList<>();
  int clicksLeft;

  /** When the first click was sent, as {@link System#nanoTime}; meaningless before. */
  long firstClickNanos;

  private volatile @Nullable Shown shown;

  /**
   * @param categories categories of interest, the dearest first
   * @param clicksLeft clicks until the visitor leaves
   */
  VisitorSession(
      String id, String device, int[] categories, String brand, int tier, int clicksLeft) {
    this.id = id;
    this.device = device;
    this.categories = categories;
    this.brand = brand;
    this.tier = tier;
    this.clicksLeft = clicksLeft;
  }

  /** Any thread. */
  void show(Shown recommendations) {
    shown = recommendations;
  }

  /** What was shown since the last click, once. */
  @Nullable Shown takeShown() {
    Shown taken = shown;
    shown = null;
    return taken;
  }

  /** The last product clicked; null before the first. */
  @Nullable Product last() {
    return clicked.isEmpty() ? null : clicked.getLast();
  }
}
