package dev.dolmen.model.item;

import java.util.Arrays;

/**
 * What is added to the scores of a few items, per query: query after query, each with a list of
 * distinct items in ascending order. Reused by one thread.
 */
public final class ScoreBonuses {
  private int[] end = new int[16];

  /** Item above the bonus' bits. */
  private long[] entries = new long[64];

  private int queries;

  public ScoreBonuses() {}

  /** Forgets all queries. */
  public void clear() {
    queries = 0;
  }

  /** Makes this what the other is. */
  public void become(ScoreBonuses other) {
    int length = other.queries == 0 ? 0 : other.end[other.queries - 1];
    if (end.length < other.queries) {
      end = new int[other.end.length];
    }
    if (entries.length < length) {
      entries = new long[other.entries.length];
    }
    System.arraycopy(other.end, 0, end, 0, other.queries);
    System.arraycopy(other.entries, 0, entries, 0, length);
    queries = other.queries;
  }

  /** Starts the next query. */
  public void nextQuery() {
    if (queries == end.length) {
      end = Arrays.copyOf(end, 2 * queries);
    }
    end[queries] = from(queries);
    queries++;
  }

  /** Adds an item, 0 or more, that the last query does not have yet. */
  public void add(int item, float bonus) {
    int at = end[queries - 1]++;
    if (at == entries.length) {
      entries = Arrays.copyOf(entries, 2 * at);
    }
    entries[at] = ((long) item << 32) | Integer.toUnsignedLong(Float.floatToRawIntBits(bonus));
  }

  /** Ends the last query: puts its items in order. */
  public void endQuery() {
    Arrays.sort(entries, from(queries - 1), end[queries - 1]);
  }

  /** Queries so far. */
  public int queries() {
    return queries;
  }

  /** The query's bonus for the item; 0 without one. */
  public float of(int query, int item) {
    int place = placeOf(query, item);
    return place < to(query) && item(place) == item ? bonus(place) : 0;
  }

  /** Place of the query's first item that is not below {@code item}. */
  public int placeOf(int query, int item) {
    int low = from(query);
    int high = to(query);
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (item(middle) < item) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
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
    return (int) (entries[place] >>> 32);
  }

  /** The bonus at a place. */
  public float bonus(int place) {
    return Float.intBitsToFloat((int) entries[place]);
  }

  /**
   * Adds the query's bonuses to scores of the items {@code fromItem} to {@code toItem - 1}.
   *
   * @param place where to begin: {@link #placeOf} {@code fromItem}
   * @param scores from {@code offset} on, updated
   * @return the place of the first item from {@code toItem} on
   */
  public int addTo(int query, int place, int fromItem, int toItem, float[] scores, int offset) {
    int at = place;
    int end = to(query);
    for (; at < end && item(at) < toItem; at++) {
      scores[offset + item(at) - fromItem] += bonus(at);
    }
    return at;
  }
}
