package dev.dolmen.trainer.baseline;

import dev.dolmen.trainer.session.SessionSlots;
import dev.dolmen.trainer.state.Bounds;
import java.util.Arrays;

/**
 * Past sessions and in which of them each item was clicked: the inverted index of Kersbergen,
 * Sprangers and Schelter, "Serenade: Low-Latency Session-Based Recommendation in e-Commerce at
 * Scale", SIGMOD 2022, section 3, kept up click by click instead of built every day. A session is
 * in it from its first click on. Bounded by {@link SessionIndexOptions}: what leaves is taken out
 * of every list at once, so that lists and counts hold what is remembered and nothing else.
 *
 * <p>Several recommenders may share one, see {@link #learnOnce}. Not thread-safe.
 */
public final class SessionIndex {
  private static final int[] NONE = new int[0];

  private final SessionIndexOptions options;
  private final SessionSlots slots;
  private long clicks;

  /** Distinct items of the session at a place, the oldest first; and when it clicked last. */
  private int[][] items = new int[0][];

  private int[] itemCounts = new int[0];
  private long[] lastClicks = new long[0];

  /** Places of the sessions that clicked an item, the oldest first. */
  private int[][] sessions = new int[0][];

  private int[] listSizes = new int[0];

  /** In how many remembered sessions an item is, those that its list has no room for included. */
  private int[] sessionCounts = new int[0];

  /** Items and places that the lists have room for. */
  private long room;

  public SessionIndex(SessionIndexOptions options) {
    this.options = options;
    slots = new SessionSlots(options.maxSessions());
  }

  /** Clicks learned so far. */
  public long clicks() {
    return clicks;
  }

  /**
   * Learns a click unless one that shares this index has taught it already. Sharers are told of the
   * same clicks in the same order, and each counts them.
   *
   * @param number of the click, from 1
   * @throws IllegalArgumentException if clicks before it are missing
   */
  void learnOnce(long number, Click click) {
    if (number > clicks + 1) {
      throw new IllegalArgumentException(
          "click " + number + " after click " + clicks + ", expected each in order");
    }
    if (number == clicks + 1) {
      learn(click);
    }
  }

  /** Learns a click. */
  public void learn(Click click) {
    Bounds.check("item", click.item(), 0, options.maxItems() - 1L);
    reserveItem(click.item());
    clicks++;
    int slot = slots.find(click.session());
    if (slot < 0) {
      slot = open(click.session());
    }
    lastClicks[slot] = clicks;
    if (!contains(slot, click.item())) {
      append(slot, click.item());
      addSession(click.item(), slot);
    }
  }

  private void reserveItem(int item) {
    int length = sessions.length;
    if (item >= length) {
      int more = Math.max(item + 1, length + (length >> 1));
      sessions = Arrays.copyOf(sessions, more);
      Arrays.fill(sessions, length, more, NONE);
      listSizes = Arrays.copyOf(listSizes, more);
      sessionCounts = Arrays.copyOf(sessionCounts, more);
    }
  }

  private int open(long session) {
    if (slots.full()) {
      int oldest = slots.nextPlace();
      for (int i = 0; i < itemCounts[oldest]; i++) {
        removeSession(items[oldest][i], oldest);
      }
    }
    int slot = slots.open(session);
    if (slot >= items.length) {
      int length = Math.min(options.maxSessions(), Math.max(1_024, slot + (slot >> 1)));
      items = Arrays.copyOf(items, length);
      itemCounts = Arrays.copyOf(itemCounts, length);
      lastClicks = Arrays.copyOf(lastClicks, length);
    }
    room -= items[slot] == null ? 0 : items[slot].length;
    items[slot] = NONE;
    itemCounts[slot] = 0;
    return slot;
  }

  private boolean contains(int slot, int item) {
    for (int i = itemCounts[slot] - 1; i >= 0; i--) {
      if (items[slot][i] == item) {
        return true;
      }
    }
    return false;
  }

  private void append(int slot, int item) {
    int size = itemCounts[slot];
    if (size == options.sessionItems()) {
      removeSession(items[slot][0], slot);
      System.arraycopy(items[slot], 1, items[slot], 0, --size);
    } else if (size == items[slot].length) {
      int length = Math.min(options.sessionItems(), Math.max(2, 2 * size));
      room += length - size;
      items[slot] = Arrays.copyOf(items[slot], length);
    }
    items[slot][size] = item;
    itemCounts[slot] = size + 1;
  }

  private void addSession(int item, int slot) {
    int size = listSizes[item];
    if (size == options.sessionsPerItem()) {
      System.arraycopy(sessions[item], 1, sessions[item], 0, --size);
    } else if (size == sessions[item].length) {
      int length = Math.min(options.sessionsPerItem(), Math.max(4, 2 * size));
      room += length - size;
      sessions[item] = Arrays.copyOf(sessions[item], length);
    }
    sessions[item][size] = slot;
    listSizes[item] = size + 1;
    sessionCounts[item]++;
  }

  /** Looks from the oldest on, where the session that leaves is found soon. */
  private void removeSession(int item, int slot) {
    sessionCounts[item]--;
    int size = listSizes[item];
    for (int i = 0; i < size; i++) {
      if (sessions[item][i] == slot) {
        System.arraycopy(sessions[item], i + 1, sessions[item], i, size - i - 1);
        listSizes[item] = size - 1;
        return;
      }
    }
  }

  /** As {@link ServedRecommender#renumber}; a session whose items all go stays, empty. */
  void renumber(int[] numbers) {
    for (int place = 0; place < slots.size(); place++) {
      itemCounts[place] = Renumbering.list(items[place], itemCounts[place], numbers);
    }
    int kept = 0;
    for (int item = 0; item < Math.min(sessions.length, numbers.length); item++) {
      if (numbers[item] < 0) {
        room -= sessions[item].length;
        continue;
      }
      kept = numbers[item] + 1;
      sessions[kept - 1] = sessions[item];
      listSizes[kept - 1] = listSizes[item];
      sessionCounts[kept - 1] = sessionCounts[item];
    }
    Arrays.fill(sessions, kept, sessions.length, NONE);
    Arrays.fill(listSizes, kept, listSizes.length, 0);
    Arrays.fill(sessionCounts, kept, sessionCounts.length, 0);
  }

  /** Bytes of what is remembered. */
  long memoryBytes() {
    return 4 * room + 60L * items.length + 28L * sessions.length;
  }

  /** Sessions that are remembered. */
  public int sessions() {
    return slots.size();
  }

  /** In how many of them an item is. */
  public int sessionsWith(int item) {
    return item < sessionCounts.length ? sessionCounts[item] : 0;
  }

  /** Places that there may be: all are below. */
  int places() {
    return items.length;
  }

  /** The session's place, or -1. */
  int find(long session) {
    return slots.find(session);
  }

  /** How many places {@link #place} has for an item. */
  int placeCount(int item) {
    return item < listSizes.length ? listSizes[item] : 0;
  }

  /** Place of a session that clicked the item, 0 being that of the longest ago. */
  int place(int item, int number) {
    return sessions[item][number];
  }

  /** Number of distinct items of the session at a place. */
  int itemCount(int place) {
    return itemCounts[place];
  }

  /** An item of the session at a place, 0 being the oldest. */
  int item(int place, int number) {
    return items[place][number];
  }

  /** Number of the session's last click: no two sessions have the same. */
  long lastClick(int place) {
    return lastClicks[place];
  }
}
