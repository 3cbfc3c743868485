package dev.dolmen.evaluation.baseline;

import dev.dolmen.trainer.baseline.Click;
import dev.dolmen.trainer.baseline.ItemScores;
import dev.dolmen.trainer.baseline.OnlineRecommender;
import dev.dolmen.trainer.baseline.SessionPrefix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Nearest by content: the cosine between an item's words, weighted by TF-IDF and scaled to length
 * 1, and the mean of those of the session's items. Learns nothing from clicks but which of several
 * items that are equally near is clicked more; among those that nobody has clicked a hash of the
 * number decides, as all of a category may be equally near. Items without words are left alone.
 */
public final class ContentNeighborsRecommender implements OnlineRecommender {
  /** Below what sets two items with different words apart. */
  private static final float TIE = 1e-5f;

  private final int[][] words;
  private final float[][] weights;

  /** Items that have a word, and its weight there. */
  private final int[][] itemsOf;

  private final float[][] weightsOf;
  private final float[] clicks;
  private final float[] sums;

  /**
   * Sets it up.
   *
   * @param items words of each item, by number
   */
  public ContentNeighborsRecommender(List<Set<String>> items) {
    Map<String, Integer> numbers = new HashMap<>();
    List<List<Integer>> holders = new ArrayList<>();
    words = new int[items.size()][];
    for (int item = 0; item < words.length; item++) {
      int at = 0;
      words[item] = new int[items.get(item).size()];
      for (String word : items.get(item)) {
        int number = numbers.computeIfAbsent(word, w -> numbers.size());
        if (number == holders.size()) {
          holders.add(new ArrayList<>());
        }
        holders.get(number).add(item);
        words[item][at++] = number;
      }
    }
    weights = new float[words.length][];
    for (int item = 0; item < words.length; item++) {
      weights[item] = weights(words[item], words.length, holders);
    }
    itemsOf =
        holders.stream().map(h -> h.stream().mapToInt(i -> i).toArray()).toArray(int[][]::new);
    weightsOf = new float[itemsOf.length][];
    int[] filled = new int[itemsOf.length];
    for (int word = 0; word < itemsOf.length; word++) {
      weightsOf[word] = new float[itemsOf[word].length];
    }
    for (int item = 0; item < words.length; item++) {
      for (int w = 0; w < words[item].length; w++) {
        int word = words[item][w];
        weightsOf[word][filled[word]++] = weights[item][w];
      }
    }
    clicks = new float[words.length];
    sums = new float[words.length];
  }

  /** Each word stands once in an item, so that its weight is the logarithm of its rarity. */
  private static float[] weights(int[] words, int items, List<List<Integer>> holders) {
    float[] weights = new float[words.length];
    double square = 0;
    for (int w = 0; w < words.length; w++) {
      weights[w] = (float) Math.log(1 + (double) items / holders.get(words[w]).size());
      square += (double) weights[w] * weights[w];
    }
    for (int w = 0; w < words.length; w++) {
      weights[w] /= (float) Math.sqrt(square);
    }
    return weights;
  }

  @Override
  public String name() {
    return "content-knn";
  }

  @Override
  public void learn(Click click) {
    clicks[click.item()]++;
  }

  @Override
  public void score(SessionPrefix prefix, long nowSec, ItemScores scores) {
    Map<Integer, Float> query = new HashMap<>();
    for (int place = 0; place < prefix.size(); place++) {
      int item = prefix.item(place);
      for (int w = 0; w < words[item].length; w++) {
        query.merge(words[item][w], weights[item][w], Float::sum);
      }
    }
    double length = Math.sqrt(query.values().stream().mapToDouble(w -> (double) w * w).sum());
    Arrays.fill(sums, 0);
    query.forEach((word, weight) -> {
      float share = (float) (weight / length);
      for (int i = 0; i < itemsOf[word].length; i++) {
        sums[itemsOf[word][i]] += share * weightsOf[word][i];
      }
    });
    for (int item = 0; item < sums.length; item++) {
      if (sums[item] > 0) {
        scores.add(item, sums[item] + TIE * tie(item, clicks[item]));
      }
    }
  }

  /** From 0 to below 2: at least 1 with clicks, and more with more of them. */
  static float tie(int item, float clicks) {
    return clicks > 0 ? 1 + clicks / (clicks + 100) : ((item * 0x9E37_79B9) >>> 20) / 4_096f;
  }
}
