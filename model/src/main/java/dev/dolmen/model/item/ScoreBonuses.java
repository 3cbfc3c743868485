package dev.dolmen.model.item;

import java.util.Arrays;

/**
 * What is added to the scores of a few items, per query: query after query, each with a list of
 * distinct items. Reused by one thread.
 */
public final class ScoreBonuses {
  private int[] end = new int[16];
  private int[] items = new int[64];
  private float[] bonuses = new float[64];
  private int queries;

  /** Forgets all queries. */
  public void clear() {
    queries = 0;
  }

  /** Starts the next query. */
  public void nextQuery() {
    if (queries == end.length) {
      end = Arrays.copyOf(end, 2 * queries);
    }
    end[queries] = queries == 0 ? 0 : end[queries - 1];
    queries++;
  }

  /** Adds an item to the last query, unless it has it already: what comes first stays. */
  public void add(int item, float bonus) {
    int at = end[queries - 1];
    for (int i = from(queries - 1); i < at; i++) {
      if (items[i] == item) {
        return;
      }
    }
    if (at == items.length) {
      items = Arrays.copyOf(items, 2 * at);
      bonuses = Arrays.copyOf(bonuses, 2 * at);
    }
    items[at] = item;
    bonuses[at] = bonus;
    end[queries - 1]++;
  }

  /** Queries so far. */
  public int queries() {
    return queries;
  }

  /** The query's bonus for the item; 0 without one. */
  public float of(int query, int item) {
    for (int i = from(query); i < to(query); i++) {
      if (items[i] == item) {
        return bonuses[i];
      }
    }
    return 0;
  }

  /** Where the query's items begin. */
  public int from(int query) {
    return query == 0 || query > queries ? 0 : end[query - 1];
  }

  /** Where they end; there are none of a query that was not started. */
  public int to(int query) {
    return query < queries ? end[query] : from(query);
  }

  /** The item at a place from {@link #from} to below {@link #to}. */
  public int item(int place) {
    return items[place];
  }

  /** The bonus at a place. */
  public float bonus(int place) {
    return bonuses[place];
  }
}
