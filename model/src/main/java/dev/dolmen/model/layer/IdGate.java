package dev.dolmen.model.layer;

import dev.dolmen.model.data.FeatureBlock;
import dev.dolmen.model.data.GatheredRows;
import dev.dolmen.model.data.ModelOptions;

/**
 * Learned factors, one a float, for the id column of an item that has no row of its own: how much
 * the row that all such items share, and the noise that tells them apart, may say beside the item's
 * metadata. Items whose id is dropped in training go through it, too. It starts as all ones, which
 * changes nothing.
 */
public final class IdGate {
  private final int factors;
  private final int offset;
  private final int dim;
  private final int columns;
  private final int column;

  public IdGate(ParameterLayout layout, ModelOptions options) {
    column = options.idColumn();
    columns = options.itemColumns().size();
    dim = options.itemColumns().get(column).dim();
    int before = 0;
    for (int c = 0; c < column; c++) {
      before += options.itemColumns().get(c).dim();
    }
    offset = before;
    factors = layout.vector("item/id-gate", dim, 1);
  }

  /** Floats that it keeps of an item. */
  public int dim() {
    return dim;
  }

  /** Whether the record's id has no row of its own. */
  private boolean applies(FeatureBlock items, GatheredRows rows, int record, boolean dropped) {
    int cell = record * columns + column;
    int entry = items.start[cell];
    return dropped || (entry < items.start[cell + 1] && rows.unadmitted[items.row[entry]]);
  }

  /**
   * Forward of one record, in place.
   *
   * @param x its concatenated columns, [C] from {@code xOffset}
   * @param kept overwritten with the id column as it was, [dim] from {@code keptOffset}
   */
  public void forward(
      float[] parameters,
      FeatureBlock items,
      GatheredRows rows,
      int record,
      boolean dropped,
      float[] x,
      int xOffset,
      float[] kept,
      int keptOffset) {
    System.arraycopy(x, xOffset + offset, kept, keptOffset, dim);
    if (applies(items, rows, record, dropped)) {
      for (int d = 0; d < dim; d++) {
        x[xOffset + offset + d] *= parameters[factors + d];
      }
    }
  }

  /** Backward of one record: replaces {@code dx}, accumulates into {@code gradients}. */
  public void backward(
      float[] parameters,
      float[] gradients,
      FeatureBlock items,
      GatheredRows rows,
      int record,
      boolean dropped,
      float[] kept,
      int keptOffset,
      float[] dx,
      int dxOffset) {
    if (applies(items, rows, record, dropped)) {
      for (int d = 0; d < dim; d++) {
        float dy = dx[dxOffset + offset + d];
        gradients[factors + d] += dy * kept[keptOffset + d];
        dx[dxOffset + offset + d] = dy * parameters[factors + d];
      }
    }
  }
}
