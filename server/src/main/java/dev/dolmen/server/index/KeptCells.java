package dev.dolmen.server.index;

import dev.dolmen.model.item.ItemVectorReader;
import dev.dolmen.trainer.kept.KeptPart;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Cells on disk, for the next start: which item is in which. Any cells are right, as what is said
 * of them is computed from the vectors of then, so that neither the age of the file nor an item
 * that has another index by then matters. One thread at a time.
 */
final class KeptCells {
  private static final int VERSION = 1;

  private final KeptPart kept;
  private final ItemVectorReader vectors;

  /** What was read. */
  @SuppressWarnings("ArrayRecordComponent") // A carrier.
  record Content(long passNanos, float[] centroids, int[] starts, int[] items) {}

  KeptCells(Path dataDirectory, ItemVectorReader vectors) {
    kept = new KeptPart(dataDirectory, "cells", VERSION);
    this.vectors = vectors;
  }

  private Map<String, String> of() {
    return Map.of("width", Integer.toString(vectors.width()));
  }

  /**
   * Keeps them in the place of those before.
   *
   * @param passNanos that a pass took which made them
   */
  void keep(Cells cells, long passNanos) {
    kept.keep(of(), cells.bytes(), out -> write(cells, passNanos, out));
  }

  private void write(Cells cells, long passNanos, DataOutput out) throws IOException {
    out.writeLong(passNanos);
    out.writeInt(cells.count());
    for (int cell = 0; cell < cells.count(); cell++) {
      out.writeInt(cells.to(cell) - cells.from(cell));
      for (int d = 0; d < vectors.width(); d++) {
        out.writeFloat(cells.centroid(cell, d));
      }
    }
    for (int item : cells.items()) {
      out.writeInt(item);
    }
  }

  /** Those that were kept; null if there are none, or too few for what is there now. */
  @Nullable Content read() {
    Content[] read = {null};
    if (!kept.read(of(), in -> read[0] = read(in, vectors.width()))) {
      return null;
    }
    Content content = read[0];
    int wanted = CellBuilder.cellsFor(vectors.present());
    int cells = content.starts.length - 1;
    boolean enough = content.items.length >= vectors.present() - vectors.present() / 4;
    return enough && Math.abs(wanted - cells) <= cells / 4 ? content : null;
  }

  private static Content read(DataInput in, int width) throws IOException {
    long passNanos = in.readLong();
    int cells = in.readInt();
    float[] centroids = new float[cells * width];
    int[] starts = new int[cells + 1];
    for (int cell = 0; cell < cells; cell++) {
      starts[cell + 1] = starts[cell] + in.readInt();
      for (int d = 0; d < width; d++) {
        centroids[cell * width + d] = in.readFloat();
      }
    }
    int[] items = new int[starts[cells]];
    for (int i = 0; i < items.length; i++) {
      items[i] = in.readInt();
    }
    return new Content(passNanos, centroids, starts, items);
  }
}
