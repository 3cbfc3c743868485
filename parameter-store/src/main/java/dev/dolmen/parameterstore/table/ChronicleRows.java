package dev.dolmen.parameterstore.table;

import dev.dolmen.parameterstore.memory.NativeMemory;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import net.openhft.chronicle.hash.Data;
import net.openhft.chronicle.map.ChronicleMap;
import net.openhft.chronicle.map.ChronicleMapBuilder;
import net.openhft.chronicle.map.ExternalMapQueryContext;
import net.openhft.chronicle.map.MapEntry;

/**
 * The memory of one slot's rows: Chronicle Maps from fid to row, each with room for as many rows as
 * all before it together. Growing opens the next one; no row ever moves, so addresses hold for as
 * long as an entry lives. The space of an ended entry is used again, in the oldest map first.
 *
 * <p>Files are sparse: what no row has touched takes neither disk nor memory. The maps have one
 * segment, as there is one writer and readers do not come through the maps, and entries of one
 * chunk, so that a row is always where a row was before.
 *
 * <p>Writer only.
 */
final class ChronicleRows {
  private static final int FIRST_CAPACITY = 1_024;
  private static final int GENERATION_SHIFT = 48;

  /** Bytes that Chronicle Map's hash and free list add to an entry; measured. */
  private static final int ENTRY_OVERHEAD_BYTES = 17;

  private static final class Generation {
    final ChronicleMap<Long, byte[]> map;
    final int capacity;
    int rows;
    int highWater;

    Generation(ChronicleMap<Long, byte[]> map, int capacity) {
      this.map = map;
      this.capacity = capacity;
    }
  }

  private final Path directory;
  private final String name;
  private final RowDescriptor row;
  private final long maxRows;
  private final byte[] blank;
  private final List<Generation> generations = new ArrayList<>();
  private long capacity;

  /**
   * @param name start of the files' names in {@code directory}
   * @param maxRows rows at most
   */
  ChronicleRows(Path directory, String name, RowDescriptor row, long maxRows) {
    this.directory = directory;
    this.name = name;
    this.row = row;
    this.maxRows = maxRows;
    blank = new byte[row.valueBytes()];
    blank[0] = 1;
  }

  static int generation(long location) {
    return (int) (location >>> GENERATION_SHIFT);
  }

  static long address(long location) {
    return location & AddressIndex.ADDRESS_MASK;
  }

  /**
   * Makes a row of zeros whose sequence is odd.
   *
   * @return its address, its generation above it
   * @throws UncheckedIOException if the file of the next map cannot be made
   */
  long allocate(long fid) {
    int number = 0;
    while (number < generations.size()
        && generations.get(number).rows == generations.get(number).capacity) {
      number++;
    }
    if (number == generations.size()) {
      generations.add(open(number));
    }
    Generation generation = generations.get(number);
    long address = insert(generation.map, fid);
    generation.rows++;
    generation.highWater = Math.max(generation.highWater, generation.rows);
    return ((long) number << GENERATION_SHIFT) | address;
  }

  private long insert(ChronicleMap<Long, byte[]> map, long fid) {
    try (ExternalMapQueryContext<Long, byte[], ?> context = map.queryContext(fid)) {
      context.updateLock().lock();
      var absent = context.absentEntry();
      if (absent == null) {
        throw new IllegalStateException("fid " + fid + " has a row already");
      }
      context.insert(absent, context.wrapValueAsData(blank));
      MapEntry<Long, byte[]> entry = context.entry();
      if (entry == null) {
        throw new IllegalStateException("fid " + fid + " was not inserted");
      }
      Data<byte[]> value = entry.value();
      long address = value.bytes().addressForRead(value.offset());
      if ((address & 7) != 0
          || address >>> GENERATION_SHIFT != 0
          || NativeMemory.getLong(address + RowDescriptor.FID_OFFSET) != fid) {
        throw new IllegalStateException(
            name + ": row of fid " + fid + " at " + address + " is not laid out as expected");
      }
      return address;
    }
  }

  /** Ends a row; its space may be used again by the next {@link #allocate}. */
  void release(long fid, int number) {
    Generation generation = generations.get(number);
    try (ExternalMapQueryContext<Long, byte[], ?> context = generation.map.queryContext(fid)) {
      context.updateLock().lock();
      MapEntry<Long, byte[]> entry = context.entry();
      if (entry == null) {
        throw new IllegalStateException("fid " + fid + " has no row in generation " + number);
      }
      context.remove(entry);
    }
    generation.rows--;
  }

  private Generation open(int number) {
    int rows = (int) Math.min(Math.max(capacity, FIRST_CAPACITY), maxRows - capacity);
    if (rows <= 0) {
      throw new IllegalStateException(name + ": more than " + maxRows + " rows");
    }
    File file = file(number).toFile();
    try {
      long bytes = (long) rows * (row.rowBytes() + ENTRY_OVERHEAD_BYTES);
      long usable = Files.getFileStore(directory).getUsableSpace();
      if (usable < bytes) {
        throw new IOException(file + ": needs " + bytes + " bytes, the disk has " + usable);
      }
      Files.deleteIfExists(file.toPath());
      ChronicleMap<Long, byte[]> map =
          ChronicleMapBuilder.of(Long.class, byte[].class)
              .name(name + "." + number)
              .entries(rows)
              .actualSegments(1)
              .constantValueSizeBySample(blank)
              .checksumEntries(false)
              .skipCloseOnExitHook(true)
              .createPersistedTo(file);
      capacity += rows;
      return new Generation(map, rows);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path file(int number) {
    return directory.resolve(name + "." + number + ".rows");
  }

  /** Bytes in use: entries that were ever filled, with the maps' own share. */
  long memoryBytes() {
    long bytes = 0;
    for (Generation generation : generations) {
      bytes += (long) generation.highWater * (row.rowBytes() + ENTRY_OVERHEAD_BYTES);
    }
    return bytes;
  }

  /** Closes the maps and deletes their files: addresses are void from here on. */
  void close() throws IOException {
    for (int number = 0; number < generations.size(); number++) {
      generations.get(number).map.close();
      Files.deleteIfExists(file(number));
    }
    generations.clear();
    capacity = 0;
  }
}
