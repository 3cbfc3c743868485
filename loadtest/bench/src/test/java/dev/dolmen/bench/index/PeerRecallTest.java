package dev.dolmen.bench.index;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.model.item.ItemVectors;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Graphs of libraries over items whose priors have a say. */
class PeerRecallTest {
  private static final int WIDTH = 16;
  private static final int ITEMS = 2_000;
  private static final int K = 20;

  private final Random random = new Random(11);
  private final ItemVectors vectors = new ItemVectors(WIDTH);

  private void put(int item) {
    vectors.put(item, direction(1), 0);
    vectors.putBias(item, (float) (2 * random.nextGaussian()));
  }

  private float[] direction(float length) {
    float[] vector = new float[WIDTH];
    double squares = 0;
    for (int d = 0; d < WIDTH; d++) {
      vector[d] = (float) random.nextGaussian();
      squares += vector[d] * vector[d];
    }
    for (int d = 0; d < WIDTH; d++) {
      vector[d] *= (float) (length / Math.sqrt(squares));
    }
    return vector;
  }

  private PeerRecall.Query query() {
    float[] vector = direction(10);
    float[] scores = new float[ItemVectors.aligned(vectors.size())];
    vectors.scores(vector, 0, 0, vectors.size(), scores, 0);
    Set<Integer> best =
        IntStream.range(0, vectors.size())
            .boxed()
            .sorted(Comparator.comparingDouble((Integer item) -> -scores[item]))
            .limit(K)
            .collect(Collectors.toSet());
    return new PeerRecall.Query(vector, best);
  }

  private List<PeerRecall.Query> queries() {
    List<PeerRecall.Query> queries = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      queries.add(query());
    }
    return queries;
  }

  @Test
  void aGraphOfNowFindsTheBestScoresAndAnOldOneDoesNot() throws Exception {
    IntStream.range(0, ITEMS).forEach(this::put);
    vectors.remove(7); // Places of points are not indexes of items.
    try (PeerRecall peers = new PeerRecall(List.of("jvector", "lucene-hnsw"))) {
      List<PeerRecall.Line> first = peers.look(1, vectors, queries());
      assertThat(first).extracting(PeerRecall.Line::peer).containsExactly("jvector", "lucene-hnsw");
      assertThat(first)
          .allSatisfy(line -> {
            assertThat(line.items()).isEqualTo(ITEMS - 1);
            assertThat(line.recall()).as("%s", line).isGreaterThan(0.9);
            assertThat(line.later()).isNaN();
            assertThat(line.bytes()).isGreaterThan((long) ITEMS * WIDTH * Float.BYTES);
          });
      IntStream.range(0, ITEMS).forEach(this::put);
      assertThat(peers.look(2, vectors, queries()))
          .allSatisfy(line -> {
            assertThat(line.items()).isEqualTo(ITEMS);
            assertThat(line.recall()).as("%s", line).isGreaterThan(0.9);
            assertThat(line.later()).as("%s", line).isLessThan(0.2);
          });
    }
  }

  @Test
  void withoutPeersNothingIsBuilt() throws Exception {
    put(0);
    try (PeerRecall peers = new PeerRecall(List.of())) {
      assertThat(peers.look(1, vectors, List.of(query()))).isEmpty();
    }
  }
}
