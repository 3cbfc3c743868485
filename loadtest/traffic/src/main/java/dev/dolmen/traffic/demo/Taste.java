package dev.dolmen.traffic.demo;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * What visitors as a whole like at a time: which categories are in season, which products everybody
 * talks about, what goes with what, and whether those who looked at a series go on in it or turn to
 * a rival's. Immutable.
 *
 * @param categoryWeight share of new interest per category, not normalised
 * @param trending products everybody talks about, the most talked about first
 * @param complements for each type two types of the same department that go with it, the likelier
 *     first
 * @param nextSeries for each series the series in which visitors go on
 */
@SuppressWarnings("ArrayRecordComponent") // Tables to look up in, never compared.
record Taste(
    double[] categoryWeight, List<Product> trending, int[][] complements, int[] nextSeries) {
  private static final int TRENDING = 30;
  private static final double IN_SEASON = 4;

  /**
   * A taste.
   *
   * @param era 0 is the first, in which visitors go on in the series they look at; in each later
   *     one every other series has lost its visitors to a rival, and all else is drawn anew
   */
  static Taste of(ProductCatalog catalog, long seed, int era) {
    Random random = new Random(seed * 31 + era);
    double[] weight = new double[catalog.categoryCount()];
    for (int c = 0; c < weight.length; c++) {
      weight[c] = (c + era) % 2 == 0 ? IN_SEASON : 1;
    }
    List<Product> shuffled = new ArrayList<>(catalog.products());
    Collections.shuffle(shuffled, random);
    return new Taste(
        weight,
        List.copyOf(shuffled.subList(0, Math.min(TRENDING, shuffled.size()))),
        complements(catalog, random),
        nextSeries(catalog, era));
  }

  private static int[][] complements(ProductCatalog catalog, Random random) {
    int[][] complements = new int[catalog.typeCount()][];
    for (int type = 0; type < complements.length; type++) {
      Product example = catalog.ofType(type).getFirst();
      List<Integer> others = new ArrayList<>();
      for (int other = 0; other < complements.length; other++) {
        Product o = catalog.ofType(other).getFirst();
        if (o.department().equals(example.department())
            && o.categoryIndex() != example.categoryIndex()) {
          others.add(other);
        }
      }
      Collections.shuffle(others, random);
      complements[type] = new int[] {others.get(0), others.get(1)};
    }
    return complements;
  }

  private static int[] nextSeries(ProductCatalog catalog, int era) {
    int[] next = new int[catalog.seriesCount()];
    for (int s = 0; s < next.length; s++) {
      boolean rival = era > 0 && (s + era) % 2 == 0;
      int first = s - s % ProductCatalog.SERIES_PER_CATEGORY;
      int step = 1 + (era - 1) % (ProductCatalog.SERIES_PER_CATEGORY - 1);
      next[s] = rival ? first + (s - first + step) % ProductCatalog.SERIES_PER_CATEGORY : s;
    }
    return next;
  }
}
