package dev.dolmen.parameterstore.store;

import dev.dolmen.parameterstore.memory.NativeMemory;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

/**
 * Copies of rows off the heap, filled at a barrier and written out by another thread afterwards.
 * Its memory is used again, as touching fresh pages costs as much as copying; a snapshot that needs
 * less than half of it gives some of the rest back.
 */
final class RowBuffer implements AutoCloseable {
  private static final int CHUNK_BYTES = 1 << 20;

  /** Chunks given back at a time, as each costs the writer some of its time. */
  private static final int CHUNKS_FREED = 16;

  /** Memory and the arena that frees it. */
  private static final class Chunk {
    final Arena arena = Arena.ofShared();
    final long address = arena.allocate(CHUNK_BYTES, 64).address();
  }

  private final int entryBytes;
  private final int entriesPerChunk;
  private final List<Chunk> chunks = new ArrayList<>();
  private int entries;

  /**
   * @param entryBytes bytes of one entry, at most a mebibyte
   */
  RowBuffer(int entryBytes) {
    this.entryBytes = entryBytes;
    entriesPerChunk = CHUNK_BYTES / entryBytes;
  }

  /** Address of a new entry, to be filled whole. */
  long add() {
    int chunk = entries / entriesPerChunk;
    if (chunk == chunks.size()) {
      chunks.add(new Chunk());
    }
    return chunks.get(chunk).address + (long) entryBytes * (entries++ % entriesPerChunk);
  }

  int entries() {
    return entries;
  }

  /** Writes all entries in the order in which they were added. Any one thread. */
  void writeTo(OutputStream out) throws IOException {
    byte[] bytes = new byte[1 << 16];
    for (int start = 0; start < entries; start += entriesPerChunk) {
      long address = chunks.get(start / entriesPerChunk).address;
      int left = entryBytes * Math.min(entriesPerChunk, entries - start);
      while (left > 0) {
        int n = Math.min(left, bytes.length);
        NativeMemory.copyBytes(address, bytes, 0, n);
        out.write(bytes, 0, n);
        address += n;
        left -= n;
      }
    }
  }

  /** Forgets the entries. */
  void clear() {
    int used = (entries + entriesPerChunk - 1) / entriesPerChunk;
    for (int i = 0; i < CHUNKS_FREED && chunks.size() > 2 * used; i++) {
      chunks.removeLast().arena.close();
    }
    entries = 0;
  }

  long memoryBytes() {
    return (long) chunks.size() * CHUNK_BYTES;
  }

  @Override
  public void close() {
    chunks.forEach(chunk -> chunk.arena.close());
    chunks.clear();
    entries = 0;
  }
}
