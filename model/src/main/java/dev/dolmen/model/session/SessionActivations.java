package dev.dolmen.model.session;

import dev.dolmen.model.layer.Floats;
import java.util.Arrays;

/** What the session encoder computed; owned by one thread, grows and stays. */
public final class SessionActivations {
  final PackedSessions packed = new PackedSessions();
  LayerActivations[] layers = new LayerActivations[0];

  /** Concatenated columns of the contexts, [records, width of the columns]. */
  float[] contextColumns = new float[0];

  /** Projected contexts, [records, D]. */
  float[] contextVectors = new float[0];

  /** Tokens as they enter the first layer, [T, D]. */
  float[] tokens = new float[0];

  float[] normed = new float[0];

  /** Shares of the positions of each query, query after query; not of pooling by the last. */
  float[] poolShares = new float[0];

  float[] moments = new float[0];

  /** Session vectors, [P, D]. */
  float[] vectors = new float[0];

  float[] inverseNorms = new float[0];

  public SessionActivations() {}

  /** The sessions to encode; to be pointed at them before the forward. */
  public PackedSessions packed() {
    return packed;
  }

  /** Session vectors, [P, D]; the array may be longer. */
  public float[] vectors() {
    return vectors;
  }

  void resize(int layerCount, int shareCount, int width, int feedForwardWidth) {
    int count = packed.tokens();
    if (layers.length < layerCount) {
      int had = layers.length;
      layers = Arrays.copyOf(layers, layerCount);
      for (int l = had; l < layerCount; l++) {
        layers[l] = new LayerActivations();
      }
    }
    for (int l = 0; l < layerCount; l++) {
      int rows = Math.max(count, packed.predictions);
      layers[l].resize(rows, shareCount, width, feedForwardWidth);
    }
    tokens = Floats.atLeast(tokens, count * width);
    normed = Floats.atLeast(normed, count * width);
    moments = Floats.atLeast(moments, 2 * Math.max(count, packed.predictions));
    vectors = Floats.atLeast(vectors, packed.predictions * width);
    inverseNorms = Floats.atLeast(inverseNorms, packed.predictions);
  }
}
