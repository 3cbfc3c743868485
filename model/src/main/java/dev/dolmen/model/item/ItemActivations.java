package dev.dolmen.model.item;

import dev.dolmen.model.layer.Floats;

/** What the item encoder computed for one block of items; owned by one thread, grows and stays. */
public final class ItemActivations {
  /** Concatenated columns, [I, C]. */
  float[] columns = new float[0];

  /** Id columns before their gate, [I, width of the id column]; empty without a gate. */
  float[] ids = new float[0];

  /** Item vectors, [I, D]. */
  float[] vectors = new float[0];

  float[] inverseNorms = new float[0];

  public ItemActivations() {}

  /** Item vectors, [I, D]; the array may be longer. */
  public float[] vectors() {
    return vectors;
  }

  void resize(int items, int columnWidth, int width, int idWidth) {
    ids = Floats.atLeast(ids, items * idWidth);
    columns = Floats.atLeast(columns, items * columnWidth);
    vectors = Floats.atLeast(vectors, items * width);
    inverseNorms = Floats.atLeast(inverseNorms, items);
  }
}
