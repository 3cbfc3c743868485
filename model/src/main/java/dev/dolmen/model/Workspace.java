package dev.dolmen.model;

import dev.dolmen.model.item.ItemActivations;
import dev.dolmen.model.kernel.KernelScratch;
import dev.dolmen.model.layer.Floats;
import dev.dolmen.model.session.SessionActivations;

/**
 * Scratch memory of one thread for encoding and scanning. Grows to what is needed and stays there:
 * its bound is the largest request that came.
 */
public final class Workspace {
  final ItemActivations items = new ItemActivations();
  final SessionActivations sessions = new SessionActivations();
  private final KernelScratch scratch = new KernelScratch();
  private float[] floats = new float[0];
  private int[] ints = new int[0];

  public Workspace() {}

  /** Scratch for matrix products. */
  public KernelScratch scratch() {
    return scratch;
  }

  /** At least {@code length} floats of any content, good until the next call. */
  public float[] floats(int length) {
    floats = Floats.atLeast(floats, length);
    return floats;
  }

  /** At least {@code length} ints of any content, good until the next call. */
  public int[] ints(int length) {
    if (ints.length < length) {
      ints = new int[Math.max(length, 2 * ints.length)];
    }
    return ints;
  }
}
