package dev.dolmen.bench.index;

import io.github.jbellis.jvector.graph.GraphIndexBuilder;
import io.github.jbellis.jvector.graph.GraphSearcher;
import io.github.jbellis.jvector.graph.ImmutableGraphIndex;
import io.github.jbellis.jvector.graph.ListRandomAccessVectorValues;
import io.github.jbellis.jvector.graph.RandomAccessVectorValues;
import io.github.jbellis.jvector.graph.SearchResult;
import io.github.jbellis.jvector.graph.similarity.BuildScoreProvider;
import io.github.jbellis.jvector.util.Bits;
import io.github.jbellis.jvector.vector.VectorSimilarityFunction;
import io.github.jbellis.jvector.vector.VectorizationProvider;
import io.github.jbellis.jvector.vector.types.VectorFloat;
import io.github.jbellis.jvector.vector.types.VectorTypeSupport;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** JVector: a graph after DiskANN (Jayaram Subramanya et al., NeurIPS 2019). */
final class JVectorPeer implements GraphPeer {
  private static final int DEGREE = 16;
  private static final int BEAM = 100;
  private static final float OVERFLOW = 1.2f;
  private static final float ALPHA = 1.2f;

  /** Candidates for each item of an answer. */
  private static final int RERANKED = 5;

  private static final VectorTypeSupport TYPES =
      VectorizationProvider.getInstance().getVectorTypeSupport();

  private @Nullable RandomAccessVectorValues values;
  private @Nullable ImmutableGraphIndex graph;

  @Override
  public void build(List<float[]> points) throws IOException {
    List<VectorFloat<?>> vectors = new ArrayList<>();
    points.forEach(point -> vectors.add(TYPES.createFloatVector(point)));
    RandomAccessVectorValues all =
        new ListRandomAccessVectorValues(vectors, points.getFirst().length);
    BuildScoreProvider scores =
        BuildScoreProvider.randomAccessScoreProvider(all, VectorSimilarityFunction.DOT_PRODUCT);
    try (GraphIndexBuilder builder =
        GraphIndexBuilder.builder(scores, all.dimension(), DEGREE)
            .withBeamWidth(BEAM)
            .withNeighborOverflow(OVERFLOW)
            .withAlpha(ALPHA)
            .build()) {
      graph = builder.build(all);
    }
    values = all;
  }

  @Override
  public int[] search(float[] query, int k) throws IOException {
    RandomAccessVectorValues all = values;
    ImmutableGraphIndex built = graph;
    if (all == null || built == null) {
      return new int[0];
    }
    SearchResult found =
        GraphSearcher.search(
            TYPES.createFloatVector(query),
            k,
            RERANKED * k,
            all,
            VectorSimilarityFunction.DOT_PRODUCT,
            built,
            Bits.ALL);
    return Arrays.stream(found.getNodes()).mapToInt(node -> node.node).toArray();
  }

  @Override
  public long bytes() {
    RandomAccessVectorValues all = values;
    ImmutableGraphIndex built = graph;
    return all == null || built == null
        ? 0
        : built.ramBytesUsed() + (long) all.size() * all.dimension() * Float.BYTES;
  }

  @Override
  public void close() throws IOException {
    ImmutableGraphIndex built = graph;
    if (built != null) {
      built.close();
    }
  }
}
