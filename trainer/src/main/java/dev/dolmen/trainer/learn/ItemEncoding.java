package dev.dolmen.trainer.learn;

import dev.dolmen.model.ServingModel;
import dev.dolmen.model.Workspace;
import dev.dolmen.model.data.FeatureBlock;
import dev.dolmen.parameterstore.feature.ColumnSpec;
import dev.dolmen.parameterstore.feature.FeatureExtractor;
import dev.dolmen.parameterstore.feature.Features;
import dev.dolmen.parameterstore.store.EmbeddingReader;
import java.util.List;

/**
 * Encodes items from their features and the table's rows of this moment, as serving does. Reused;
 * one thread has one.
 */
public final class ItemEncoding {
  private final RecordRows records;
  private final List<ColumnSpec> columns;
  private final FeatureBlock block;
  private final Workspace workspace = new Workspace();
  private float[] out = new float[0];

  /**
   * @param features tells what columns the items' features have
   * @param idGate whether the model wants to know which ids have no row
   */
  public ItemEncoding(FeatureExtractor features, EmbeddingReader table, boolean idGate) {
    records = new RecordRows(table, features.schema().idSlot(), idGate);
    columns = features.itemColumns();
    block = new FeatureBlock(columns.size(), RecordRows.vectorDimensions(columns));
    clear(0);
  }

  /**
   * Forgets the items added.
   *
   * @param timeSec event time by which those that follow are so and so old
   */
  public void clear(long timeSec) {
    records.clear(timeSec);
    block.records = 0;
  }

  /** Adds an item and returns its number. */
  public int add(Features features) {
    return records.append(features, columns, block);
  }

  /** Items added. */
  public int size() {
    return block.records;
  }

  /**
   * Encodes the items added.
   *
   * @return row-major [items, D] from index 0, valid until the next call
   */
  public float[] encode(ServingModel model) {
    int floats = block.records * model.options().width();
    if (out.length < floats) {
      out = new float[Math.max(floats, 2 * out.length)];
    }
    records.gather();
    model.encodeItems(block, records.rows, out, 0, workspace);
    return out;
  }
}
