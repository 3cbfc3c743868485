package dev.dolmen.trainer.catalog;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.dolmen.parameterstore.feature.FeatureExtractor;
import dev.dolmen.parameterstore.feature.Features;
import dev.dolmen.parameterstore.feature.InvalidFeatureException;
import dev.dolmen.v1.Item;
import java.io.UncheckedIOException;

/**
 * An item of a snapshot, ready for its place in the catalogue.
 *
 * @param plain without vectors
 * @param packed the same
 * @param bytes what it counts for in memory
 */
record ItemOfSnapshot(Item plain, CatalogItem packed, long bytes) {
  /** Makes them. Any thread, several at once. */
  record Maker(FeatureExtractor features, ItemPacking packing) {
    /**
     * Reads one. What another schema took, at this start or one before, comes without the values
     * that the schema of now does not take.
     *
     * @throws UncheckedIOException if it is no item
     */
    ItemOfSnapshot read(int index, byte[] bytes) {
      Item written;
      try {
        written = Item.parseFrom(bytes);
      } catch (InvalidProtocolBufferException e) {
        throw new UncheckedIOException(e);
      }
      try {
        return of(index, written, features.item(written));
      } catch (InvalidFeatureException e) {
        Item fitting = features.fitting(written);
        return of(index, fitting, features.fitted(fitting));
      }
    }

    private ItemOfSnapshot of(int index, Item whole, Features made) {
      Item plain = features.withoutVectors(whole);
      return new ItemOfSnapshot(plain, packing.packed(index, plain, made), ItemBytes.of(whole));
    }
  }
}
