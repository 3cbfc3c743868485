package dev.dolmen.parameterstore.store;

import dev.dolmen.parameterstore.memory.HugePages;
import dev.dolmen.parameterstore.memory.NativeMemory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.openhft.chronicle.hash.Data;
import net.openhft.chronicle.map.ChronicleMap;
import net.openhft.chronicle.map.ChronicleMapBuilder;
import net.openhft.chronicle.map.ExternalMapQueryContext;
import net.openhft.chronicle.map.MapEntry;

/**
 * The memory of one slot's rows, numbered without gaps: entries of in-memory Chronicle Maps are
 * slabs of rows, keyed by the slab's number. Maps follow one another, each with room for as many
 * slabs as all before it together; what no slab has taken of a map costs address space only.
 *
 * <p>A slab holds a power of two of rows, about {@link #SLAB_BYTES} bytes. It is never given back
 * before {@link #close}, so addresses of row places hold; whose row a place holds, the row says.
 *
 * <p>One writer; {@link #address} may be called by any thread for a number that it got from the
 * index.
 */
final class ChronicleRows {
  /** A slab's bytes at most, unless one row takes more. */
  static final int SLAB_BYTES = 1 << 20;

  /** Maps smaller than this stay on small pages. */
  static final long HUGE_PAGES_FROM_BYTES = 8 * HugePages.BYTES;

  /** Bytes that a map and an entry of it take beyond the slabs, at most; measured. */
  static final long MAP_BYTES = 16 << 10;

  static final long ENTRY_BYTES = 64;

  private final String name;
  private final int rowBytes;
  private final int slabRowsLog2;
  private final int maxSlabs;
  private final List<ChronicleMap<Long, byte[]>> maps = new ArrayList<>();
  private int mapSlabs;
  private long memoryBytes;

  /** Addresses of the slabs; replaced, never changed. */
  private volatile long[] slabs = new long[0];

  private int size;

  /**
   * @param rowBytes of a row, a multiple of 8
   * @param slabRowsLog2 rows of a slab
   * @param maxRows rows at most
   */
  ChronicleRows(String name, int rowBytes, int slabRowsLog2, long maxRows) {
    this.name = name;
    this.rowBytes = rowBytes;
    this.slabRowsLog2 = slabRowsLog2;
    maxSlabs = slabsOf(maxRows, slabRowsLog2);
  }

  /**
   * Loads what the first slab loads: Chronicle makes some of its classes then, for which its
   * compiler opens every file of the class path. At a start there is room for them.
   */
  static void loadClasses() {
    ChronicleRows rows = new ChronicleRows("start", Long.BYTES, 0, 1);
    rows.add();
    rows.close();
  }

  static int slabsOf(long rows, int slabRowsLog2) {
    return Math.toIntExact((rows + (1L << slabRowsLog2) - 1) >>> slabRowsLog2);
  }

  int size() {
    return size;
  }

  long address(int number) {
    return slabs[number >>> slabRowsLog2] + (long) (number & ((1 << slabRowsLog2) - 1)) * rowBytes;
  }

  /**
   * Addresses of rows {@code numbers[0 .. n - 1]}.
   *
   * @param absent address for a number below 0
   */
  void addresses(int[] numbers, int n, long absent, long[] addresses) {
    // Read after the numbers, and so as new as they are.
    long[] bases = slabs;
    int mask = (1 << slabRowsLog2) - 1;
    for (int i = 0; i < n; i++) {
      int number = numbers[i];
      addresses[i] =
          number < 0 ? absent : bases[number >>> slabRowsLog2] + (long) (number & mask) * rowBytes;
    }
  }

  /**
   * Takes the place after the last row.
   *
   * @return its number; what stands there is zeros, or what is left of a row that was there
   */
  int add() {
    if (size == (long) slabs.length << slabRowsLog2) {
      if (slabs.length == maxSlabs) {
        throw new IllegalStateException(name + ": more than " + size + " rows");
      }
      addSlab();
    }
    return size++;
  }

  /** Gives back the place of the last row. */
  void removeLast() {
    size--;
  }

  private void addSlab() {
    int count = slabs.length;
    boolean first = count == mapSlabs;
    if (first) {
      openMap();
    }
    long address = insert(maps.getLast(), count);
    if (first) {
      adviseHugePages(address, mapSlabs - count);
    }
    memoryBytes += slabBytes() + ENTRY_BYTES;
    long[] next = Arrays.copyOf(slabs, count + 1);
    next[count] = address;
    slabs = next;
  }

  /** The map's slabs follow one another, with a few bytes between them. */
  private void adviseHugePages(long address, int count) {
    long bytes = (long) count * slabBytes();
    if (bytes >= HUGE_PAGES_FROM_BYTES && HugePages.advise(address, bytes)) {
      memoryBytes += HugePages.BYTES;
    }
  }

  private int slabBytes() {
    return rowBytes << slabRowsLog2;
  }

  private long insert(ChronicleMap<Long, byte[]> map, long key) {
    try (ExternalMapQueryContext<Long, byte[], ?> context = map.queryContext(key)) {
      context.updateLock().lock();
      context.insert(context.absentEntry(), new BlankSlab(slabBytes()));
      MapEntry<Long, byte[]> entry = context.entry();
      if (entry == null) {
        throw new IllegalStateException(name + ": slab " + key + " was not inserted");
      }
      Data<byte[]> value = entry.value();
      long address = value.bytes().addressForRead(value.offset());
      if ((address & 7) != 0 || NativeMemory.getLong(address - Long.BYTES) != key) {
        throw new IllegalStateException(
            name + ": slab " + key + " at " + address + " is not laid out as expected");
      }
      return address;
    }
  }

  private void openMap() {
    int count = Math.min(Math.max(mapSlabs, 1), maxSlabs - mapSlabs);
    maps.add(
        ChronicleMapBuilder.of(Long.class, byte[].class)
            .name(name + "." + maps.size())
            .entries(count)
            .actualSegments(1)
            .constantValueSizeBySample(new byte[slabBytes()])
            .checksumEntries(false)
            .skipCloseOnExitHook(true)
            .create());
    mapSlabs += count;
    memoryBytes += MAP_BYTES;
  }

  /** Bytes that are or may be touched. */
  long memoryBytes() {
    return memoryBytes + Long.BYTES * (long) slabs.length;
  }

  /** Bytes that it never passes with up to {@code rows} rows. */
  static long bytesMax(long rows, int rowBytes, int slabRowsLog2) {
    int all = slabsOf(rows, slabRowsLog2);
    long slabBytes = (long) rowBytes << slabRowsLog2;
    long bytes = all * (slabBytes + ENTRY_BYTES + 2L * Long.BYTES);
    for (int slabs = 0; slabs < all; ) {
      int next = Math.min(Math.max(slabs, 1), all - slabs);
      bytes += MAP_BYTES + (next * slabBytes < HUGE_PAGES_FROM_BYTES ? 0 : HugePages.BYTES);
      slabs += next;
    }
    return bytes;
  }

  /** Closes the maps: addresses are void from here on. */
  void close() {
    slabs = new long[0];
    maps.forEach(ChronicleMap::close);
    maps.clear();
    size = 0;
    mapSlabs = 0;
    memoryBytes = 0;
  }
}
