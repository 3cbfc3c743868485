package dev.dolmen.evaluation.hashed;

import dev.dolmen.parameterstore.feature.ColumnSpec;
import dev.dolmen.parameterstore.feature.FeatureExtractor;
import dev.dolmen.parameterstore.feature.Features;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.v1.Item;
import java.util.ArrayList;
import java.util.List;
import org.agrona.collections.Long2LongHashMap;
import org.agrona.collections.LongHashSet;

/**
 * The distinct fids of each slot of a catalogue, and how they fall into buckets; without the few of
 * ages and of numbers whose knots are learned, which follow from the time of looking.
 */
public final class SlotValues {
  private final List<LongHashSet> slots = new ArrayList<>();

  /** Counts the values of the items that the schema knows. */
  public SlotValues(Schema schema, List<Item> items) {
    FeatureExtractor extractor = new FeatureExtractor(schema);
    schema.slots().forEach(s -> slots.add(new LongHashSet()));
    List<ColumnSpec> columns = extractor.itemColumns();
    for (Item item : items) {
      Features features = extractor.item(item);
      for (int c = 0; c < columns.size(); c++) {
        LongHashSet slot = slots.get(columns.get(c).slot());
        int end = columns.get(c).isLookedUp() ? 0 : features.columnStart()[c + 1];
        for (int e = features.columnStart()[c]; e < end; e++) {
          slot.add(features.fids()[e]);
        }
      }
    }
  }

  /** Distinct values of all slots. */
  public long values() {
    return slots.stream().mapToLong(LongHashSet::size).sum();
  }

  /** So many buckets a value in each slot, at least one; 0 in a slot without values. */
  public long[] buckets(double perValue) {
    return slots.stream()
        .mapToLong(s -> s.isEmpty() ? 0 : Math.max(1, Math.round(perValue * s.size())))
        .toArray();
  }

  /** Share of values that share their bucket with another value of their slot. */
  public double collidingShare(long[] buckets) {
    long colliding = 0;
    for (int s = 0; s < buckets.length; s++) {
      Long2LongHashMap filled = new Long2LongHashMap(0);
      for (long fid : slots.get(s)) {
        long bucket = HashedEmbeddingTable.bucket(fid, buckets[s]);
        filled.put(bucket, filled.get(bucket) + 1);
      }
      Long2LongHashMap.ValueIterator counts = filled.values().iterator();
      while (counts.hasNext()) {
        long count = counts.nextValue();
        colliding += count > 1 ? count : 0;
      }
    }
    return values() == 0 ? 0 : (double) colliding / values();
  }
}
