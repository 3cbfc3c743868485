package dev.dolmen.parameterstore.store;

import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** The readers of one slot: any number of threads beside the writer. */
final class SlotReaders {
  private static final ThreadLocal<SlotMemory.Slice> SLICE =
      ThreadLocal.withInitial(SlotMemory.Slice::new);

  private final SlotMemory memory;
  private final LongAdder lookups = new LongAdder();
  private final LongAdder hits = new LongAdder();

  /** Calls that began and that ended: when they are equal, no reader is inside. */
  private final LongAdder begun = new LongAdder();

  private final LongAdder ended = new LongAdder();
  private volatile boolean closed;

  SlotReaders(SlotMemory memory) {
    this.memory = memory;
  }

  boolean contains(long fid) {
    enter();
    try {
      return memory.find(fid) >= 0;
    } finally {
      ended.increment();
    }
  }

  /** Facts of the fid's own row; null if it has none. */
  @Nullable RowFacts facts(long fid) {
    enter();
    try {
      return memory.facts(fid);
    } finally {
      ended.increment();
    }
  }

  /** Registers before it looks whether the slot is closed; {@link #close} does it the other way. */
  private void enter() {
    begun.increment();
    if (closed) {
      ended.increment();
      throw new IllegalStateException("the table is closed");
    }
  }

  /** See {@link EmbeddingTable#gather}. */
  int gather(long[] fids, int from, int n, float[] out, int outOffset) {
    BatchBounds.check(fids, from, n, out, outOffset, memory.dim);
    enter();
    try {
      int own = gatherInside(fids, from, n, out, outOffset);
      lookups.add(n);
      hits.add(own);
      return own;
    } finally {
      ended.increment();
    }
  }

  private int gatherInside(long[] fids, int from, int n, float[] out, int outOffset) {
    SlotMemory.Slice slice = SLICE.get();
    int own = 0;
    for (int start = 0; start < n; start += SlotMemory.SLICE) {
      int length = Math.min(SlotMemory.SLICE, n - start);
      memory.find(fids, from + start, length, memory.bytesToRead(), slice);
      for (int i = 0; i < length; i++) {
        int at = outOffset + (start + i) * memory.dim;
        long fid = fids[from + start + i];
        if (slice.numbers[i] < 0) {
          memory.readWithoutRow(fid, out, at);
        } else if (memory.tryRead(slice.addresses[i], fid, out, at) || memory.read(fid, out, at)) {
          own++;
        }
      }
    }
    return own;
  }

  /** Fids that were asked for. */
  long lookups() {
    return lookups.sum();
  }

  /** Those of them that had a row. */
  long hits() {
    return hits.sum();
  }

  /** Refuses new readers and waits for those inside. */
  void close() {
    closed = true;
    // Ended ones first: when as many had ended as have begun by now, none is inside.
    for (int spins = 0; ended.sum() != begun.sum(); spins++) {
      SlotMemory.pause(spins);
    }
  }
}
