package dev.dolmen.bench.model;

import dev.dolmen.model.SessionModel;
import dev.dolmen.model.data.DenseOptimizerOptions;
import dev.dolmen.model.data.FeatureBlock;
import dev.dolmen.model.data.FeatureColumn;
import dev.dolmen.model.data.GatheredRows;
import dev.dolmen.model.data.ModelOptions;
import dev.dolmen.model.data.SessionInput;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * What is encoded: sessions of the same number of events, as the peers want them.
 *
 * @param width D
 * @param length events of a session
 * @param batch sessions of one call
 */
public record EncodeShape(int width, int length, int batch) {
  static final long SEED = 1;
  private static final int TYPES = 7;
  private static final int GAPS = 16;
  private static final int LENGTH_MAX = 50;
  private static final int HEADS = 2;

  @Override
  public String toString() {
    return "d" + width + " l" + length + " b" + batch;
  }

  int tokens() {
    return batch * length;
  }

  /** Two layers, as the product has unless configured otherwise, for any width. */
  ModelOptions options() {
    return ModelOptions.builder()
        .width(width)
        .layers(2)
        .heads(HEADS)
        .feedForwardWidth(2 * width)
        .maxSessionLength(LENGTH_MAX)
        .eventTypes(TYPES)
        .gapBuckets(GAPS)
        .itemColumns(List.of(new FeatureColumn("item_id", 0, width)), 0)
        .build();
  }

  /** A model that has not learned yet: its event embeddings are 0, all else is random. */
  public SessionModel model() {
    return new SessionModel(options(), DenseOptimizerOptions.defaults(), SEED);
  }

  /** Random item vectors of length about 1, types and gaps. */
  public SessionInput sessions() {
    SplittableRandom random = new SplittableRandom(SEED);
    SessionInput input = new SessionInput(new FeatureBlock(0), new GatheredRows(new int[] {width}));
    input.resize(batch, length, width);
    float[] vectors = Numbers.gaussian(tokens() * width, 1 / Math.sqrt(width), random);
    System.arraycopy(vectors, 0, input.itemVectors, 0, vectors.length);
    for (int t = 0; t < tokens(); t++) {
      input.type[t] = random.nextInt(TYPES);
      input.gap[t] = random.nextInt(GAPS);
    }
    Arrays.fill(input.context, -1);
    return input;
  }
}
