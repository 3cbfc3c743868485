package dev.dolmen.evaluation.baseline;

import dev.dolmen.trainer.baseline.Click;
import dev.dolmen.trainer.baseline.FadingCounts;
import dev.dolmen.trainer.baseline.ForwardDecay;
import dev.dolmen.trainer.baseline.ItemScores;
import dev.dolmen.trainer.baseline.OnlineRecommender;
import dev.dolmen.trainer.baseline.SessionPrefix;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Popularity of the category: of the items in the session's categories, each as often as the
 * session was there, those that are clicked most recently. What an item has is its own clicks and,
 * as if it had been seen once more, the mean of its category's items: an item without clicks is
 * taken to be as good as its category. Of several categories of an item the mean counts.
 */
public final class CategoryPopularityRecommender implements OnlineRecommender {
  private static final float TIE = 1e-4f;

  private final int[][] categories;
  private final List<int[]> itemsOf = new ArrayList<>();
  private final ForwardDecay decay;
  private final FadingCounts ofItems;
  private final FadingCounts ofCategories;

  /**
   * Sets it up.
   *
   * @param items categories of each item, by number
   * @param options how clicks fade
   */
  public CategoryPopularityRecommender(List<List<String>> items, PopularityOptions options) {
    Map<String, Integer> numbers = new HashMap<>();
    List<List<Integer>> holders = new ArrayList<>();
    categories = new int[items.size()][];
    for (int item = 0; item < categories.length; item++) {
      int[] own =
          items.get(item).stream()
              .distinct()
              .mapToInt(c -> numbers.computeIfAbsent(c, n -> numbers.size()))
              .toArray();
      categories[item] = own;
      for (int category : own) {
        if (category == holders.size()) {
          holders.add(new ArrayList<>());
        }
        holders.get(category).add(item);
      }
    }
    holders.forEach(h -> itemsOf.add(h.stream().mapToInt(i -> i).toArray()));
    decay = new ForwardDecay(options.halfLife());
    ofItems = new FadingCounts(decay);
    ofCategories = new FadingCounts(decay);
  }

  @Override
  public String name() {
    return "category-popular";
  }

  @Override
  public void learn(Click click) {
    decay.next(click.timeSec());
    ofItems.add(click.item(), 1);
    for (int category : categories[click.item()]) {
      ofCategories.add(category, 1);
    }
  }

  @Override
  public void score(SessionPrefix prefix, long nowSec, ItemScores scores) {
    Map<Integer, Float> visits = new HashMap<>();
    for (int place = 0; place < prefix.size(); place++) {
      for (int category : categories[prefix.item(place)]) {
        visits.merge(category, 1f, Float::sum);
      }
    }
    visits.forEach((category, times) -> {
      int[] items = itemsOf.get(category);
      float mean = count(ofCategories, category) / items.length;
      for (int item : items) {
        float own = count(ofItems, item);
        float tie = TIE * mean * ContentNeighborsRecommender.tie(item, own);
        scores.add(item, times * (own + mean + tie) / categories[item].length);
      }
    });
  }

  private static float count(FadingCounts counts, int number) {
    return number < counts.size() ? counts.stored(number) : 0;
  }
}
