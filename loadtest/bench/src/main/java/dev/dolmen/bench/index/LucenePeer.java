package dev.dolmen.bench.index;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.jspecify.annotations.Nullable;

/**
 * Lucene: hierarchical navigable small worlds (Malkov and Yashunin, 2016), one segment in memory.
 */
final class LucenePeer implements GraphPeer {
  private static final String FIELD = "point";

  /** More than any points here take, so that all are in one segment, in their order. */
  private static final double BUFFER_MB = 1_900;

  /** Candidates for each item of an answer. */
  private static final int RERANKED = 5;

  private ByteBuffersDirectory directory = new ByteBuffersDirectory();
  private @Nullable DirectoryReader reader;

  @Override
  public void build(List<float[]> points) throws IOException {
    close();
    directory = new ByteBuffersDirectory();
    IndexWriterConfig config =
        new IndexWriterConfig()
            .setRAMBufferSizeMB(BUFFER_MB)
            .setUseCompoundFile(false)
            .setMergePolicy(NoMergePolicy.INSTANCE);
    try (IndexWriter writer = new IndexWriter(directory, config)) {
      for (float[] point : points) {
        Document document = new Document();
        document.add(new KnnFloatVectorField(FIELD, point, VectorSimilarityFunction.DOT_PRODUCT));
        writer.addDocument(document);
      }
    }
    reader = DirectoryReader.open(directory);
  }

  @Override
  public int[] search(float[] query, int k) throws IOException {
    DirectoryReader open = reader;
    if (open == null) {
      return new int[0];
    }
    KnnFloatVectorQuery wanted = new KnnFloatVectorQuery(FIELD, query, RERANKED * k);
    ScoreDoc[] found = new IndexSearcher(open).search(wanted, k).scoreDocs;
    return Arrays.stream(found).mapToInt(document -> document.doc).toArray();
  }

  @Override
  public long bytes() throws IOException {
    long bytes = 0;
    for (String file : directory.listAll()) {
      bytes += directory.fileLength(file);
    }
    return bytes;
  }

  @Override
  public void close() throws IOException {
    DirectoryReader open = reader;
    if (open != null) {
      open.close();
      reader = null;
    }
    directory.close();
  }
}
