package dev.dolmen.model.kernel;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Memory in which a matrix product packs parts of its sides and completes ragged tiles, and some
 * for layers; one per thread.
 */
public final class KernelScratch {
  private float[] panel = new float[0];
  private float[] panels = new float[0];
  private float[] rows = new float[0];
  private float[] tile = new float[0];
  private float[] floats = new float[0];

  private final @Nullable KernelThreads threads;
  private final VectorMatmul.Shared shared = new VectorMatmul.Shared();

  public KernelScratch() {
    threads = null;
  }

  /**
   * @param threads share large products; closed by their owner
   */
  public KernelScratch(KernelThreads threads) {
    this.threads = threads.count() > 1 ? threads : null;
  }

  @Nullable KernelThreads threads() {
    return threads;
  }

  VectorMatmul.Shared shared() {
    return shared;
  }

  /** At least {@code length} floats of any content, good until the next call. */
  public float[] floats(int length) {
    if (floats.length < length) {
      floats = new float[Math.max(length, floats.length + floats.length / 2)];
    }
    return floats;
  }

  float[] panel(int length) {
    if (panel.length < length) {
      panel = new float[length];
    }
    return panel;
  }

  /** Panels of the right side of a product. */
  float[] panels(int length) {
    if (panels.length < length) {
      panels = new float[Math.max(length, panels.length + panels.length / 2)];
    }
    return panels;
  }

  /** Rows of the left side of a product. */
  float[] rows(int length) {
    if (rows.length < length) {
      rows = new float[length];
    }
    return rows;
  }

  float[] zeroTile(int length) {
    if (tile.length < length) {
      tile = new float[length];
    }
    Arrays.fill(tile, 0, length, 0);
    return tile;
  }
}
