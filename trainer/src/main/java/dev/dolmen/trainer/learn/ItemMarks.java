package dev.dolmen.trainer.learn;

import java.util.BitSet;
import java.util.function.IntPredicate;

/**
 * Which items' vectors and priors have changed since somebody elsewhere was told: a bit an item, so
 * that nothing is ever dropped, and what changes again meanwhile is told once. Nothing is kept
 * until {@link #begin}. Owned by the training thread.
 */
public final class ItemMarks {
  private final BitSet vectors = new BitSet();
  private final BitSet priors = new BitSet();
  private boolean keeps;

  ItemMarks() {}

  /** From here on changes are kept; to begin with, every item has changed. */
  public void begin(int indexLimit, IntPredicate hasVector) {
    keeps = true;
    clear();
    for (int index = 0; index < indexLimit; index++) {
      if (hasVector.test(index)) {
        vectors.set(index);
        priors.set(index);
      }
    }
  }

  /** The item has another vector. */
  void vector(int index) {
    if (keeps) {
      vectors.set(index);
    }
  }

  /** The item has another prior. */
  void prior(int index) {
    if (keeps) {
      priors.set(index);
    }
  }

  /** The item is gone. */
  void removed(int index) {
    vectors.clear(index);
    priors.clear(index);
  }

  /** Indexes of items whose vector has changed, ascending. */
  public int[] vectors() {
    return vectors.stream().toArray();
  }

  /** Indexes of items whose prior has changed, ascending. */
  public int[] priors() {
    return priors.stream().toArray();
  }

  /** Everything has been told. */
  public void clear() {
    vectors.clear();
    priors.clear();
  }
}
