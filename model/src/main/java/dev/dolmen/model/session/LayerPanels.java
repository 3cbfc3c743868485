package dev.dolmen.model.session;

/** Weights of one layer as a forward reads them, rearranged once for the many that follow. */
final class LayerPanels {
  /** Of weights that are about to change: nothing is rearranged. */
  static final LayerPanels NONE =
      new LayerPanels(new float[0], new float[0], new float[0], new float[0], new float[0]);

  /** {@link dev.dolmen.model.layer.Linear#panels}; those below, too. */
  final float[] qkv;

  final float[] projection;
  final float[] up;
  final float[] down;

  /** {@link dev.dolmen.model.layer.LastAttention#keys}. */
  final float[] keys;

  LayerPanels(float[] qkv, float[] projection, float[] up, float[] down, float[] keys) {
    this.qkv = qkv;
    this.projection = projection;
    this.up = up;
    this.down = down;
    this.keys = keys;
  }
}
