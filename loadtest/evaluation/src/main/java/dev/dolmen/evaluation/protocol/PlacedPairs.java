package dev.dolmen.evaluation.protocol;

import dev.dolmen.server.data.AtomicColumn;
import dev.dolmen.server.data.AtomicFileReader;
import dev.dolmen.server.data.RecBoleDataset;
import java.io.BufferedWriter;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A copy of a file of pairs of user and item in which each has its place for a time, as events need
 * one. Deleted when it is closed.
 */
final class PlacedPairs implements Closeable {
  private final Path copy;
  private final RecBoleDataset dataset;

  private PlacedPairs(Path copy, RecBoleDataset dataset) {
    this.copy = copy;
    this.dataset = dataset;
  }

  /**
   * Writes it.
   *
   * @param pairs of one file
   * @throws IOException if it cannot be read, lacks a column, or has times
   */
  static PlacedPairs of(RecBoleDataset pairs) throws IOException {
    Path file = pairs.parts().getFirst();
    if (pairs.parts().size() > 1) {
      throw new IOException(
          file.getParent()
              + ": parts "
              + pairs.parts().stream().map(Path::getFileName).toList()
              + ", expected all pairs in one file "
              + pairs.name()
              + ".inter, whose split lies in splits");
    }
    Path copy = Files.createTempFile("dolmen-pairs-", ".inter");
    try {
      write(file, copy);
    } catch (IOException | RuntimeException e) {
      Files.delete(copy);
      throw e;
    }
    return new PlacedPairs(copy, new RecBoleDataset(pairs.name(), List.of(copy), pairs.itemFile()));
  }

  private static void write(Path from, Path to) throws IOException {
    try (AtomicFileReader in = AtomicFileReader.open(from);
        BufferedWriter out = Files.newBufferedWriter(to)) {
      int user = in.require("user_id", AtomicColumn.Type.TOKEN);
      int item = in.require("item_id", AtomicColumn.Type.TOKEN);
      if (in.indexOf("timestamp") >= 0) {
        throw new IOException(
            from
                + ", line 1: column timestamp, expected pairs without times, which item-sets"
                + " learns in a drawn order");
      }
      out.write("user_id:token\titem_id:token\ttimestamp:float\n");
      for (long place = 0; in.next(); place++) {
        out.write(in.token(user) + "\t" + in.token(item) + "\t" + place + "\n");
      }
    }
  }

  /** The dataset with the copy in the place of the file. */
  RecBoleDataset dataset() {
    return dataset;
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(copy);
  }
}
