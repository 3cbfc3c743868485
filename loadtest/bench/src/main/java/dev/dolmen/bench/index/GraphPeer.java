package dev.dolmen.bench.index;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * A library's graph of items, with the library's defaults: built once from what items are at a
 * moment, then searched for the largest products. One thread.
 */
interface GraphPeer extends Closeable {
  /** Makes peers, by the name that {@code --peers} gives them. */
  static SortedMap<String, Supplier<GraphPeer>> byName() {
    SortedMap<String, Supplier<GraphPeer>> all = new TreeMap<>();
    all.put("jvector", JVectorPeer::new);
    all.put("lucene-hnsw", LucenePeer::new);
    return all;
  }

  /**
   * Builds the graph, in the place of the one before.
   *
   * @param points of length 1; kept
   */
  void build(List<float[]> points) throws IOException;

  /**
   * The points with the largest products with the query, about, at most {@code k}.
   *
   * @param query of length 1
   * @return places of points
   */
  int[] search(float[] query, int k) throws IOException;

  /** Bytes that the graph and its points take. */
  long bytes() throws IOException;
}
