package dev.dolmen.model.layer;

import dev.dolmen.model.data.FeatureBlock;
import dev.dolmen.model.data.FeatureColumn;
import dev.dolmen.model.data.GatheredRows;
import dev.dolmen.model.kernel.Kernels;
import java.util.Arrays;
import java.util.List;

/**
 * Embedding look-up: the weighted sum of the rows of each column, the columns one after the other.
 * M2TRec (RecSys 2022) concatenates, it does not add.
 */
public final class FeaturePooling {
  private final Kernels kernels;
  private final int[] slot;
  private final int[] dim;
  private final int[] offset;
  private final int width;

  public FeaturePooling(Kernels kernels, List<FeatureColumn> columns) {
    this.kernels = kernels;
    slot = new int[columns.size()];
    dim = new int[columns.size()];
    offset = new int[columns.size()];
    int at = 0;
    for (int c = 0; c < slot.length; c++) {
      slot[c] = columns.get(c).slot();
      dim[c] = columns.get(c).dim();
      offset[c] = at;
      at += dim[c];
    }
    width = at;
  }

  /** C, floats of a concatenated record. */
  public int width() {
    return width;
  }

  /**
   * Forward of one record.
   *
   * @param replaced column that reads row 0 of its slot with weight 1 instead of its entries, or -1
   * @param out overwritten, [C] from {@code outOffset}
   */
  public void forward(
      FeatureBlock block, GatheredRows rows, int record, int replaced, float[] out, int outOffset) {
    for (int c = 0; c < slot.length; c++) {
      float[] values = rows.values[slot[c]];
      int to = outOffset + offset[c];
      if (c == replaced) {
        System.arraycopy(values, 0, out, to, dim[c]);
        continue;
      }
      int cell = record * slot.length + c;
      int end = block.start[cell + 1];
      Arrays.fill(out, to, to + dim[c], 0);
      for (int e = block.start[cell]; e < end; e++) {
        kernels.axpy(block.weight[e], values, block.row[e] * dim[c], out, to, dim[c]);
      }
    }
  }

  /** Backward of one record: accumulates into the gradients of the rows. */
  public void backward(
      FeatureBlock block,
      GatheredRows rows,
      int record,
      int replaced,
      float[] dOut,
      int dOutOffset) {
    for (int c = 0; c < slot.length; c++) {
      float[] gradients = rows.gradients[slot[c]];
      int from = dOutOffset + offset[c];
      if (c == replaced) {
        kernels.axpy(1, dOut, from, gradients, 0, dim[c]);
        continue;
      }
      int cell = record * slot.length + c;
      int end = block.start[cell + 1];
      for (int e = block.start[cell]; e < end; e++) {
        kernels.axpy(block.weight[e], dOut, from, gradients, block.row[e] * dim[c], dim[c]);
      }
    }
  }
}
