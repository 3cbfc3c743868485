package dev.dolmen.trainer.learn;

import dev.dolmen.model.data.TrainingBatch;
import dev.dolmen.parameterstore.feature.ColumnSpec;
import dev.dolmen.parameterstore.feature.FeatureExtractor;
import dev.dolmen.parameterstore.feature.Features;
import dev.dolmen.parameterstore.random.MixedBits;
import dev.dolmen.parameterstore.store.EmbeddingReader;
import dev.dolmen.trainer.catalog.Catalog;
import dev.dolmen.trainer.catalog.CatalogItem;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The records of one batch: one for each distinct item and each distinct context that it names, in
 * order of first mention. Reused; one thread.
 */
final class BatchRecords {
  private final Catalog catalog;
  private final long seed;
  private final boolean learnsAsNew;
  private float newness;
  private long batchSeed;
  private final List<ColumnSpec> itemColumns;
  private final List<ColumnSpec> contextColumns;

  /** Rows that the records refer to. */
  final RecordRows rows;

  /** The batch, whose item and context records these are. */
  final TrainingBatch batch;

  /**
   * By what they hold: which of them are one object depends on what was restored, and on it would
   * depend the order in which gradients are summed.
   */
  private final Map<Features, Integer> contextRecords = new HashMap<>();

  /** By item: the batch's stamp in the upper half, its record in the lower. */
  private long[] recordOf = new long[16];

  private int stamp;

  /** Catalogue index per item record; longer than the batch's records. */
  int[] itemOf = new int[16];

  /**
   * @param options the seed, and whether the model wants to know which ids have no row
   */
  BatchRecords(EmbeddingReader table, Catalog catalog, BatchAssembler.Options options) {
    this.catalog = catalog;
    seed = options.seed();
    FeatureExtractor features = catalog.features();
    itemColumns = features.itemColumns();
    int ids = features.schema().idSlot();
    // An item that has nothing but its id would be taken for any other: nothing to learn from.
    boolean onlyIds = itemColumns.stream().allMatch(column -> column.slot() == ids);
    learnsAsNew = !onlyIds;
    contextColumns = features.contextColumns();
    rows = new RecordRows(table, ids, options.model().idGate());
    batch =
        new TrainingBatch(
            itemColumns.size(), contextColumns.size(), RecordRows.vectorDimensions(itemColumns));
  }

  /**
   * Begins a batch, whose number is set.
   *
   * @param eventTimeSec event time by which items are so and so old
   * @param newness share of the items that are learned from as new ones, where they can be
   */
  void clear(long eventTimeSec, float newness) {
    this.newness = learnsAsNew ? newness : 0;
    contextRecords.clear();
    batch.items.records = 0;
    batch.anyAsNew = false;
    batchSeed = MixedBits.mix(seed ^ batch.number);
    batch.contexts.records = 0;
    int limit = catalog.indexLimit();
    if (recordOf.length < limit) {
      recordOf = new long[limit + (limit >> 1)];
      stamp = 0;
    }
    if (++stamp == Integer.MAX_VALUE) {
      Arrays.fill(recordOf, 0);
      stamp = 1;
    }
    rows.clear(eventTimeSec);
  }

  /** Whether an item is still in the catalogue. */
  boolean knows(int item) {
    return catalog.item(item) != null;
  }

  /** Counts an event's fids as occurrences; before any record is made. */
  void count(int item, @Nullable Features context) {
    rows.count(features(item), itemColumns);
    if (context != null) {
      rows.count(context, contextColumns);
    }
  }

  /** Record of an item, a new one if it has none. */
  int item(int index) {
    long known = recordOf[index];
    if ((int) (known >>> Integer.SIZE) == stamp) {
      return (int) known;
    }
    int record = rows.append(features(index), itemColumns, batch.items);
    recordOf[index] = (long) stamp << Integer.SIZE | record;
    if (itemOf.length <= record) {
      itemOf = Arrays.copyOf(itemOf, 2 * record);
    }
    itemOf[record] = index;
    if (batch.asNew.length <= record) {
      batch.asNew = Arrays.copyOf(batch.asNew, 2 * record + 16);
    }
    batch.asNew[record] = isAsNew(index);
    batch.anyAsNew |= batch.asNew[record];
    return record;
  }

  /**
   * Whether the batch learns from an item as if it had just come: drawn from (seed, batch, item).
   */
  boolean isAsNew(int index) {
    return newness > 0 && MixedBits.fraction(MixedBits.otherMix(batchSeed + index)) < newness;
  }

  /** Record of an item that is a candidate of every prediction, or -1. */
  int sharedItem(int index) {
    long known = recordOf[index];
    boolean shared = (int) (known >>> Integer.SIZE) == stamp && (int) known < batch.candidates;
    return shared ? (int) known : -1;
  }

  /** Record of a context, -1 for none. */
  int context(@Nullable Features context) {
    if (context == null) {
      return -1;
    }
    Integer known = contextRecords.get(context);
    if (known == null) {
      known = rows.append(context, contextColumns, batch.contexts);
      contextRecords.put(context, known);
    }
    return known;
  }

  private Features features(int index) {
    CatalogItem item = catalog.item(index);
    if (item == null) {
      throw new IllegalStateException("no item at index " + index);
    }
    return item.features();
  }
}
