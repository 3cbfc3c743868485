package dev.dolmen.model.session;

import dev.dolmen.model.layer.Floats;

/** Scratch of the backward of one layer, shared by all of them. */
final class LayerGradients {
  float[] dHidden = new float[0];
  float[] dNormed = new float[0];
  private float[] dAsked = new float[0];
  float[] dMixed = new float[0];
  float[] dQkv = new float[0];

  void zero(int tokens, int width, int feedForwardWidth) {
    dHidden = Floats.zeros(dHidden, tokens * feedForwardWidth);
    dMixed = Floats.zeros(dMixed, tokens * width);
    dQkv = Floats.zeros(dQkv, 3 * tokens * width);
  }

  float[] zeroAsked(int asked, int width) {
    dAsked = Floats.zeros(dAsked, asked * width);
    return dAsked;
  }

  float[] zeroNormed(int tokens, int width) {
    dNormed = Floats.zeros(dNormed, tokens * width);
    return dNormed;
  }
}
