package dev.dolmen.trainer.catalog;

import dev.dolmen.trainer.state.StateCopy;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

  private volatile int size;
  private volatile long bytes;

  private record Withdrawn(int index, long atMs) {}

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
    byId.put(itemId, new Withdrawn(index, nowMs));
    count(bytesOf(itemId));
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

  /** The index that an item had, which is its own again; -1 if it has none. */
  int take(String itemId) {
    Withdrawn taken = byId.remove(itemId);
    if (taken == null) {
      return -1;
    }
    count(-bytesOf(itemId));
    return taken.index;
  }

  /**
   * Lets one go that has been away for too long, or for which there is no room.
   *
   * @param liveItems of the catalogue
   * @return its index; -1 if none has to go
   */
  int takeDue(long nowMs, int liveItems) {
    Map.@Nullable Entry<String, Withdrawn> oldest = byId.firstEntry();
    if (oldest == null) {
      return -1;
    }
    boolean due =
        nowMs - oldest.getValue().atMs >= bounds.keepMs
            || byId.size() + liveItems > bounds.maxItems
            || bytes > bounds.maxBytes;
    return due ? take(oldest.getKey()) : -1;
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
