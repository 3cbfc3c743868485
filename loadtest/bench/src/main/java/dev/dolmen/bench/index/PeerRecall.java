package dev.dolmen.bench.index;

import dev.dolmen.model.item.ItemVectorReader;
import java.io.Closeable;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What graphs of libraries find of the exact answers to searches by vector and prior: right after
 * they were built, and when the model has learned on until the next look.
 *
 * <p>They are best at products of vectors of length 1. So a point is an item's vector, its prior,
 * for which a query has 1, and one more number that fills it up to the length of the longest, for
 * which a query has 0: that keeps the order of the scores (Neyshabur and Srebro, "On symmetric and
 * asymmetric LSHs for inner product search", ICML 2015, section 4.2).
 */
final class PeerRecall implements Closeable {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  /**
   * One peer at one moment of the stream.
   *
   * @param buildSeconds of building it from all items, by the clock: on all processors, where the
   *     library does that
   * @param searchUs of one search, processor time
   * @param recall of a graph of now
   * @param later of the graph that was built at the look before; not a number at the first
   */
  record Line(
      long clicks,
      String peer,
      int items,
      double buildSeconds,
      double searchUs,
      double recall,
      double later,
      long bytes) {}

  /**
   * A search.
   *
   * @param vector [D]
   * @param exact items that it should find
   */
  @SuppressWarnings("ArrayRecordComponent") // Handed on for a moment, never compared.
  record Query(float[] vector, Set<Integer> exact) {}

  private final Map<String, GraphPeer> peers = new LinkedHashMap<>();

  /** Items at the places of the points that the graphs were built from. */
  private int[] places = new int[0];

  /**
   * @param names of {@link GraphPeer#byName}
   */
  PeerRecall(List<String> names) {
    GraphPeer.byName()
        .forEach((name, maker) -> {
          if (names.contains(name)) {
            peers.put(name, maker.get());
          }
        });
  }

  /** Looks at all peers; they are built again. */
  List<Line> look(long clicks, ItemVectorReader vectors, List<Query> queries) throws IOException {
    Map<String, Double> before = new LinkedHashMap<>();
    for (Map.Entry<String, GraphPeer> peer : peers.entrySet()) {
      before.put(peer.getKey(), places.length == 0 ? Double.NaN : recall(peer.getValue(), queries));
    }
    List<float[]> points = points(vectors);
    List<Line> lines = new ArrayList<>();
    for (Map.Entry<String, GraphPeer> entry : peers.entrySet()) {
      GraphPeer peer = entry.getValue();
      long start = System.nanoTime();
      peer.build(points);
      double seconds = (System.nanoTime() - start) / 1e9;
      recall(peer, queries); // What is not compiled yet is not its own time.
      long cpu = THREADS.getCurrentThreadCpuTime();
      double recall = recall(peer, queries);
      double us = (THREADS.getCurrentThreadCpuTime() - cpu) / 1e3 / Math.max(1, queries.size());
      lines.add(
          new Line(
              clicks,
              entry.getKey(),
              points.size(),
              seconds,
              us,
              recall,
              before.getOrDefault(entry.getKey(), Double.NaN),
              peer.bytes()));
    }
    return lines;
  }

  private List<float[]> points(ItemVectorReader vectors) {
    List<float[]> points = new ArrayList<>();
    int[] items = new int[vectors.size()];
    for (int item = 0; item < items.length; item++) {
      float[] point = new float[vectors.width() + 2];
      if (vectors.get(item, point, 0)) {
        point[vectors.width()] = vectors.bias(item);
        items[points.size()] = item;
        points.add(point);
      }
    }
    places = Arrays.copyOf(items, points.size());
    double longest = points.stream().mapToDouble(PeerRecall::squares).max().orElse(1);
    for (float[] point : points) {
      point[vectors.width() + 1] = (float) Math.sqrt(Math.max(0, longest - squares(point)));
      scale(point);
    }
    return points;
  }

  private static double squares(float[] vector) {
    double sum = 0;
    for (float x : vector) {
      sum += (double) x * x;
    }
    return sum;
  }

  /** To length 1. */
  private static void scale(float[] vector) {
    double factor = 1 / Math.sqrt(squares(vector));
    for (int d = 0; d < vector.length; d++) {
      vector[d] = (float) (vector[d] * factor);
    }
  }

  private double recall(GraphPeer peer, List<Query> queries) throws IOException {
    double sum = 0;
    for (Query query : queries) {
      float[] point = Arrays.copyOf(query.vector, query.vector.length + 2);
      point[query.vector.length] = 1;
      scale(point);
      long found =
          Arrays.stream(peer.search(point, query.exact.size()))
              .filter(place -> query.exact.contains(places[place]))
              .count();
      sum += (double) found / Math.max(1, query.exact.size());
    }
    return queries.isEmpty() ? 1 : sum / queries.size();
  }

  @Override
  public void close() throws IOException {
    for (GraphPeer peer : peers.values()) {
      peer.close();
    }
  }
}
