package dev.dolmen.trainer.catalog;

import dev.dolmen.parameterstore.feature.Fids;
import dev.dolmen.parameterstore.random.MixedBits;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The catalogue's items by id: a table of indexes with open addressing, in which half of each entry
 * is a hash of the id, so that hardly any other item is looked at. It takes 12 to 24 bytes an item
 * and holds no ids: items have them.
 *
 * <p>One writer; any thread reads at the same time. A reader that goes on in a table after the
 * writer has made the next one finds what was there then.
 */
final class IdTable {
  private static final VarHandle ENTRIES =
      MethodHandles.arrayElementVarHandle(long[].class).withInvokeExactBehavior();

  private static final long FREE = 0;

  /** Of an item that was removed: what was put behind it is still to be found. */
  private static final long GONE = 1;

  private final Items items;
  private volatile long[] entries = new long[16];

  /** Entries that are not free. */
  private int used;

  private int size;

  /** Items by index. */
  @FunctionalInterface
  interface Items {
    @Nullable CatalogItem at(int index);
  }

  IdTable(Items items) {
    this.items = items;
  }

  /** The item of an id, null if there is none. Any thread. */
  @Nullable CatalogItem find(String id) {
    int hash = hash(Fids.ofId(id));
    long[] now = entries;
    int mask = now.length - 1;
    for (int at = hash & mask; ; at = (at + 1) & mask) {
      long entry = (long) ENTRIES.getAcquire(now, at);
      if (entry == FREE) {
        return null;
      }
      CatalogItem item = itemOf(entry, hash);
      if (item != null && item.hasId(id)) {
        return item;
      }
    }
  }

  /** The id of another item with the same fid, null if there is none. Any thread. */
  @Nullable String sharing(String id) {
    long fid = Fids.ofId(id);
    int hash = hash(fid);
    long[] now = entries;
    int mask = now.length - 1;
    for (int at = hash & mask; ; at = (at + 1) & mask) {
      long entry = (long) ENTRIES.getAcquire(now, at);
      if (entry == FREE) {
        return null;
      }
      CatalogItem item = itemOf(entry, hash);
      if (item != null && !item.hasId(id) && Fids.ofId(item.id()) == fid) {
        return item.id();
      }
    }
  }

  private @Nullable CatalogItem itemOf(long entry, int hash) {
    return entry != GONE && (int) (entry >>> 32) == hash ? items.at((int) entry - 1) : null;
  }

  /** Adds an item, which can be found by its index, and whose id no other has. Writer. */
  void add(int index, String id) {
    if (3L * (used + 1) > 2L * entries.length) {
      rebuild();
    }
    put(entries, entry(hash(Fids.ofId(id)), index));
    used++;
    size++;
  }

  /** Removes an item, which can still be found by its index. Writer. */
  void remove(int index, String id) {
    long entry = entry(hash(Fids.ofId(id)), index);
    long[] now = entries;
    int mask = now.length - 1;
    int at = (int) (entry >>> 32) & mask;
    while (now[at] != entry) {
      if (now[at] == FREE) {
        throw new IllegalStateException("item " + id + " at index " + index + " is not there");
      }
      at = (at + 1) & mask;
    }
    ENTRIES.setRelease(now, at, GONE);
    size--;
  }

  /** Bytes of the heap that it takes. */
  long bytes() {
    return (long) Long.BYTES * entries.length;
  }

  /** Half full at most, with nothing that has gone. */
  private void rebuild() {
    int length = 16;
    while (length < 2L * (size + 1)) {
      length *= 2;
    }
    long[] next = new long[length];
    for (long entry : entries) {
      if (entry != FREE && entry != GONE) {
        put(next, entry);
      }
    }
    used = size;
    entries = next;
  }

  private static void put(long[] to, long entry) {
    int mask = to.length - 1;
    int at = (int) (entry >>> 32) & mask;
    while (to[at] != FREE) {
      at = (at + 1) & mask;
    }
    ENTRIES.setRelease(to, at, entry);
  }

  /** One more than the index, which leaves 0 free; that of index 0 with a hash of 0 is no GONE. */
  private static long entry(int hash, int index) {
    return (long) hash << 32 | (index + 1);
  }

  /** Never 0, so that no entry is {@link #GONE}. */
  private static int hash(long fid) {
    int hash = (int) (MixedBits.mix(fid) >>> 32);
    return hash == 0 ? 1 : hash;
  }
}
