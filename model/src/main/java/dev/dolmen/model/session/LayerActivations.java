package dev.dolmen.model.session;

import dev.dolmen.model.layer.Floats;

/**
 * What one transformer layer computed; [T, ...] each, or [Q, ...] behind attention where only the
 * positions that ask are computed.
 */
final class LayerActivations {
  float[] normed1 = new float[0];
  float[] moments1 = new float[0];
  float[] qkv = new float[0];
  float[] shares = new float[0];
  float[] mixed = new float[0];

  /** Of {@link #mixed} the positions that ask, [Q, D]. */
  float[] asked = new float[0];

  float[] middle = new float[0];
  float[] normed2 = new float[0];
  float[] moments2 = new float[0];
  float[] hidden = new float[0];
  float[] activated = new float[0];
  float[] out = new float[0];

  void resize(int tokens, int shareCount, int width, int feedForwardWidth) {
    int size = tokens * width;
    normed1 = Floats.atLeast(normed1, size);
    moments1 = Floats.atLeast(moments1, 2 * tokens);
    qkv = Floats.atLeast(qkv, 3 * size);
    shares = Floats.atLeast(shares, shareCount);
    asked = Floats.atLeast(asked, size);
    mixed = Floats.atLeast(mixed, size);
    middle = Floats.atLeast(middle, size);
    normed2 = Floats.atLeast(normed2, size);
    moments2 = Floats.atLeast(moments2, 2 * tokens);
    hidden = Floats.atLeast(hidden, tokens * feedForwardWidth);
    activated = Floats.atLeast(activated, tokens * feedForwardWidth);
    out = Floats.atLeast(out, size);
  }
}
