package dev.dolmen.trainer;

import dev.dolmen.model.item.ItemVectorReader;
import dev.dolmen.parameterstore.random.MixedBits;
import dev.dolmen.trainer.learn.Published;

/**
 * What tells apart what two processes rank with.
 *
 * @param modelVersion batches learned
 * @param logOffset everything up to this is learned
 * @param hash of all item vectors and priors by index, and of the dense parameters, bit for bit
 */
public record ParametersHash(long modelVersion, long logOffset, long hash) {
  /** As of now; nothing may change meanwhile. */
  static ParametersHash of(Published published, ItemVectorReader vectors) {
    long hash = published.model().hash();
    float[] vector = new float[vectors.width()];
    for (int index = 0; index < vectors.size(); index++) {
      if (vectors.get(index, vector, 0)) {
        hash = MixedBits.mix(hash ^ index);
        for (float number : vector) {
          hash = MixedBits.mix(hash ^ Float.floatToRawIntBits(number));
        }
        hash = MixedBits.mix(hash ^ Float.floatToRawIntBits(vectors.bias(index)));
      }
    }
    return new ParametersHash(published.modelVersion(), published.learnedLogOffset(), hash);
  }
}
