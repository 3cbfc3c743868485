package dev.dolmen.trainer.catalog;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.ArrayContainer;
import org.roaringbitmap.Container;
import org.roaringbitmap.ContainerBatchIterator;

/**
 * A set of items by index. Immutable: a change makes another set, which shares all blocks but the
 * one that it changes, so that any thread reads a set while its writer makes the next.
 *
 * <p>A block of 65,536 indexes is a container of Roaring bitmaps: 2 bytes an item while few are in
 * it, and a bit for each index from 4,096 on (Lemire et al., "Roaring bitmaps: implementation of an
 * optimized software library", 2018). A set of one item has no blocks: many tokens have one item.
 */
public final class ItemSet {
  private static final int BITS = 16;

  /** Of the heap: the set, its array of blocks, and what a block takes besides its items. */
  private static final int SET_BYTES = 32;

  private static final int BLOCK_BYTES = 56;

  private static final @Nullable Container[] NO_BLOCKS = {};

  /** Of nothing. */
  public static final ItemSet NONE = new ItemSet(NO_BLOCKS, 0, -1);

  /** By the upper bits of the index; null where nothing is. */
  private final @Nullable Container[] blocks;

  private final int size;

  /** The item of a set of one, -1 otherwise. */
  private final int one;

  private ItemSet(@Nullable Container[] blocks, int size, int one) {
    this.blocks = blocks;
    this.size = size;
    this.one = one;
  }

  /** A set of one; of none for a number below 0. */
  public static ItemSet of(int item) {
    return item < 0 ? NONE : new ItemSet(NO_BLOCKS, 1, item);
  }

  /** Items in it. */
  public int size() {
    return size;
  }

  /** Whether an item is in it; any index of 0 or more. */
  public boolean contains(int item) {
    if (one >= 0) {
      return item == one;
    }
    int block = item >>> BITS;
    Container container = block < blocks.length ? blocks[block] : null;
    return container != null && container.contains((char) item);
  }

  /**
   * The item at a rank in ascending order.
   *
   * @param rank from 0 to {@link #size} - 1
   */
  public int at(int rank) {
    if (one >= 0 && rank == 0) {
      return one;
    }
    int rest = rank;
    for (int block = 0; block < blocks.length; block++) {
      Container container = blocks[block];
      int n = container == null ? 0 : container.getCardinality();
      if (container != null && rest < n) {
        return block << BITS | container.select(rest);
      }
      rest -= n;
    }
    throw new IndexOutOfBoundsException("rank " + rank + " of " + size + " items");
  }

  /** The highest item below another, -1 if there is none. */
  public int below(int item) {
    if (one >= 0) {
      return one < item ? one : -1;
    }
    int last = Math.min(item - 1, (blocks.length << BITS) - 1);
    for (int block = last >>> BITS; block >= 0 && last >= 0; block--) {
      Container container = blocks[block];
      int found = container == null ? -1 : container.previousValue((char) last);
      if (found >= 0) {
        return block << BITS | found;
      }
      last = (block << BITS) - 1;
    }
    return -1;
  }

  /** Bytes of the heap that it takes, about; blocks that it shares are counted. */
  long bytes() {
    long bytes = SET_BYTES + 4L * blocks.length;
    for (Container container : blocks) {
      bytes += container == null ? 0 : BLOCK_BYTES + container.getSizeInBytes();
    }
    return bytes;
  }

  /** The same without the blocks that an item is not in. */
  long bytesAround(int item) {
    int block = item >>> BITS;
    Container container = block < blocks.length ? blocks[block] : null;
    return SET_BYTES
        + 4L * blocks.length
        + (container == null ? 0 : BLOCK_BYTES + container.getSizeInBytes());
  }

  /**
   * The set with one more item.
   *
   * @param own whether nobody else has this set, whose blocks may be written to then
   */
  ItemSet with(int item, boolean own) {
    if (contains(item)) {
      return this;
    }
    if (size == 0) {
      return of(item);
    }
    int block = item >>> BITS;
    int length = Math.max(blocks.length, (Math.max(item, one) >>> BITS) + 1);
    boolean grows = length > blocks.length;
    @Nullable Container[] now = own && !grows ? blocks : Arrays.copyOf(blocks, length);
    if (one >= 0) {
      now[one >>> BITS] = added(null, one, true);
    }
    now[block] = added(now[block], item, own || one >= 0);
    return new ItemSet(now, size + 1, -1);
  }

  private static Container added(@Nullable Container to, int item, boolean own) {
    Container container = to == null ? new ArrayContainer() : own ? to : to.clone();
    return container.add((char) item);
  }

  /** The set with one item less. */
  ItemSet without(int item) {
    if (!contains(item)) {
      return this;
    }
    if (size == 1) {
      return NONE;
    }
    if (size == 2) {
      return of(at(0) == item ? at(1) : at(0));
    }
    @Nullable Container[] now = blocks.clone();
    Container container = now[item >>> BITS];
    if (container != null) {
      Container rest = container.clone().remove((char) item);
      now[item >>> BITS] = rest.isEmpty() ? null : rest;
    }
    return new ItemSet(now, size - 1, -1);
  }

  /** What is in both. */
  public ItemSet and(ItemSet other) {
    if (one >= 0 || other.one >= 0) {
      ItemSet single = one >= 0 ? this : other;
      return (one >= 0 ? other : this).contains(single.one) ? single : NONE;
    }
    @Nullable Container[] both = new Container[Math.min(blocks.length, other.blocks.length)];
    for (int block = 0; block < both.length; block++) {
      Container a = blocks[block];
      Container b = other.blocks[block];
      both[block] = a == null || b == null ? null : orNull(a.and(b));
    }
    return of(both);
  }

  /** What is in this and not in another. */
  public ItemSet andNot(ItemSet other) {
    if (one >= 0) {
      return other.contains(one) ? NONE : this;
    }
    if (other.one >= 0) {
      return without(other.one);
    }
    @Nullable Container[] rest = blocks.clone();
    for (int block = 0; block < Math.min(rest.length, other.blocks.length); block++) {
      Container a = rest[block];
      Container b = other.blocks[block];
      rest[block] = a == null || b == null ? a : orNull(a.andNot(b));
    }
    return of(rest);
  }

  /** What is in any of some sets. */
  public static ItemSet anyOf(List<ItemSet> sets) {
    if (sets.size() == 1) {
      return sets.getFirst();
    }
    int length = 0;
    for (ItemSet set : sets) {
      length =
          Math.max(length, Math.max(set.blocks.length, set.one < 0 ? 0 : 1 + (set.one >>> BITS)));
    }
    @Nullable Container[] any = new Container[length];
    boolean[] own = new boolean[length];
    for (ItemSet set : sets) {
      if (set.one >= 0) {
        int block = set.one >>> BITS;
        any[block] = added(any[block], set.one, own[block]);
        own[block] = true;
      }
      for (int block = 0; block < set.blocks.length; block++) {
        Container a = any[block];
        Container b = set.blocks[block];
        if (b != null) {
          any[block] = a == null ? b : own[block] ? a.ior(b) : a.or(b);
          own[block] = a != null;
        }
      }
    }
    return of(any);
  }

  private static ItemSet of(@Nullable Container[] blocks) {
    int size = 0;
    for (Container container : blocks) {
      size += container == null ? 0 : container.getCardinality();
    }
    if (size == 0) {
      return NONE;
    }
    ItemSet made = new ItemSet(blocks, size, -1);
    return size == 1 ? of(made.at(0)) : made;
  }

  private static @Nullable Container orNull(Container container) {
    return container.isEmpty() ? null : container;
  }

  /** All its items, in ascending order. */
  public Cursor cursor() {
    return new Cursor(this);
  }

  /** Where somebody is who reads a set. One thread. */
  public static final class Cursor {
    private final ItemSet set;
    private int block = -1;
    private boolean given;
    private @Nullable ContainerBatchIterator items;

    private Cursor(ItemSet set) {
      this.set = set;
    }

    /**
     * Writes the next items.
     *
     * @param out overwritten from index 0
     * @return how many, 0 at the end
     */
    public int next(int[] out) {
      if (set.one >= 0) {
        out[0] = set.one;
        int n = given ? 0 : 1;
        given = true;
        return n;
      }
      while (items == null || !items.hasNext()) {
        if (++block >= set.blocks.length) {
          return 0;
        }
        Container container = set.blocks[block];
        items = container == null ? null : container.getBatchIterator();
      }
      return items.next(block << BITS, out);
    }
  }
}
