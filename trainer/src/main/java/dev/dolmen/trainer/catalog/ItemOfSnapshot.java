package dev.dolmen.trainer.catalog;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.dolmen.parameterstore.feature.FeatureExtractor;
import dev.dolmen.parameterstore.feature.Features;
import dev.dolmen.parameterstore.feature.InvalidFeatureException;
import dev.dolmen.v1.Item;
import java.io.UncheckedIOException;

/**
 * An item of a snapshot.
 *
 * @param plain without vectors
 * @param bytes what it counts for in memory
 */
record ItemOfSnapshot(Item plain, Features features, long bytes) {
  /**
   * Reads it. What another schema took, at this start or one before, comes without the values that
   * the schema of now does not take. Any thread.
   *
   * @throws UncheckedIOException if it is no item
   */
  static ItemOfSnapshot read(byte[] bytes, FeatureExtractor features) {
    Item written;
    try {
      written = Item.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw new UncheckedIOException(e);
    }
    try {
      return of(written, features.item(written), features);
    } catch (InvalidFeatureException e) {
      Item fitting = features.fitting(written);
      return of(fitting, features.fitted(fitting), features);
    }
  }

  private static ItemOfSnapshot of(Item whole, Features made, FeatureExtractor features) {
    return new ItemOfSnapshot(features.withoutVectors(whole), made, ItemBytes.of(whole));
  }
}
