package dev.dolmen.trainer.catalog;

import dev.dolmen.trainer.state.StateCopy;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.agrona.collections.Int2ObjectHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Items that were deleted and keep their index for a while, so that one of the same id finds what
 * was learned of it. A part of the catalogue's state. Training thread; any thread reads {@link
 * #size} and {@link #bytes}.
 */
final class WithdrawnItems {
  /** Of the heap, of an item besides its id: entry, record, string. */
  private static final int ITEM_BYTES = 136;

  private final Bounds bounds;

  /** By id, the one deleted first at the beginning. */
  private final LinkedHashMap<String, Withdrawn> byId = new LinkedHashMap<>();

  private final Int2ObjectHashMap<Withdrawn> byIndex = new Int2ObjectHashMap<>();
  private long deletions;

  private volatile int size;
  private volatile long bytes;

  private record Withdrawn(String id, int index, long atMs, long order) {}

  /**
   * How many are kept, and how long.
   *
   * @param keepMs milliseconds of event time
   * @param maxItems together with those of the catalogue
   * @param maxBytes of the heap that they take
   */
  record Bounds(long keepMs, int maxItems, long maxBytes) {}

  WithdrawnItems(Bounds bounds) {
    this.bounds = bounds;
  }

  /** Items kept. Any thread. */
  int size() {
    return size;
  }

  /** Bytes of the heap that they take, about. Any thread. */
  long bytes() {
    return bytes;
  }

  void add(String itemId, int index, long nowMs) {
    add(new Withdrawn(itemId, index, nowMs, deletions));
  }

  /** Adds one that was written, behind all that were added before. */
  void restore(String itemId, CatalogRow row) {
    add(new Withdrawn(itemId, row.index(), row.at(), row.order()));
  }

  private void add(Withdrawn item) {
    deletions = Math.max(deletions, item.order + 1);
    byId.put(item.id, item);
    byIndex.put(item.index, item);
    count(bytesOf(item.id));
  }

  private static long bytesOf(String itemId) {
    return ITEM_BYTES + 2L * itemId.length();
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // One writer.
  private void count(long moreBytes) {
    bytes += moreBytes;
    size = byId.size();
  }

  boolean contains(String itemId) {
    return byId.containsKey(itemId);
  }

  /** The index that an item had and may have again; -1 if it has none. */
  int indexOf(String itemId) {
    Withdrawn kept = byId.get(itemId);
    return kept == null ? -1 : kept.index;
  }

  /** What a snapshot holds of an index that is kept; null if it is not. */
  @Nullable CatalogRow row(int index) {
    Withdrawn kept = byIndex.get(index);
    return kept == null ? null : CatalogRow.ofDeleted(index, kept.id, kept.atMs, kept.order);
  }

  /** The index that an item had, which is its own again; -1 if it has none. */
  int take(String itemId) {
    Withdrawn taken = byId.remove(itemId);
    if (taken == null) {
      return -1;
    }
    byIndex.remove(taken.index);
    count(-bytesOf(itemId));
    return taken.index;
  }

  /**
   * The one to let go as it has been away for too long, or as there is no room for it.
   *
   * @param liveItems of the catalogue
   * @return its id; null if none has to go
   */
  @Nullable String due(long nowMs, int liveItems) {
    Map.@Nullable Entry<String, Withdrawn> oldest = byId.firstEntry();
    if (oldest == null) {
      return null;
    }
    boolean due =
        nowMs - oldest.getValue().atMs >= bounds.keepMs
            || byId.size() + liveItems > bounds.maxItems
            || bytes > bounds.maxBytes;
    return due ? oldest.getKey() : null;
  }

  /** All of them, as of now. */
  StateCopy copy() {
    List<Map.Entry<String, Withdrawn>> all = new ArrayList<>(byId.size());
    byId.forEach((id, item) -> all.add(Map.entry(id, item)));
    return out -> write(out, all);
  }

  private static void write(DataOutput out, List<Map.Entry<String, Withdrawn>> all)
      throws IOException {
    out.writeInt(all.size());
    for (Map.Entry<String, Withdrawn> item : all) {
      out.writeUTF(item.getKey());
      out.writeInt(item.getValue().index);
      out.writeLong(item.getValue().atMs);
    }
  }

  /** Reads what a copy wrote. */
  void readFrom(DataInput in) throws IOException {
    for (int n = in.readInt(); n > 0; n--) {
      add(in.readUTF(), in.readInt(), in.readLong());
    }
  }
}
