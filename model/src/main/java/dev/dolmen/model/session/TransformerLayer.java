package dev.dolmen.model.session;

import dev.dolmen.model.data.ModelOptions;
import dev.dolmen.model.kernel.KernelScratch;
import dev.dolmen.model.kernel.Kernels;
import dev.dolmen.model.layer.CausalAttention;
import dev.dolmen.model.layer.LastAttention;
import dev.dolmen.model.layer.LayerNorm;
import dev.dolmen.model.layer.Linear;
import dev.dolmen.model.layer.ParameterLayout;

/**
 * One pre-norm transformer layer: x + attention(norm(x)), then the same with the feed-forward. The
 * two projections that write into the residual stream start small, so that the layer starts close
 * to the identity.
 */
final class TransformerLayer {
  /** Weight of the prefix's mean beside the last token in a fresh model. */
  private static final float PREFIX_SHARE = 1;

  /** How fast a fresh model's attention fades: by exp(-0.3) from one event to the one before. */
  private static final float DISTANCE_SLOPE = 0.3f;

  /** Scale of fresh queries and keys: small, for attention to be even at first. */
  private static final double QUERY_KEY_SCALE = 0.5;

  /** Scale of the fresh projections into the residual stream. */
  private static final double RESIDUAL_SCALE = 0.2;

  private final Kernels kernels;
  private final int width;
  private final int feedForwardWidth;
  private final LayerNorm norm1;
  private final Linear qkv;
  private final CausalAttention attention;
  private final LastAttention lastAttention;
  private final Linear projection;
  private final LayerNorm norm2;
  private final Linear up;
  private final Linear down;

  TransformerLayer(Kernels kernels, ParameterLayout layout, ModelOptions options, int number) {
    this.kernels = kernels;
    width = options.width();
    feedForwardWidth = options.feedForwardWidth();
    String name = "layer" + number;
    double in = 1 / Math.sqrt(width);
    double residual = RESIDUAL_SCALE * in / Math.sqrt(2.0 * options.layers());
    norm1 = new LayerNorm(kernels, layout, name + "/norm1", width);
    qkv = new Linear(kernels, layout, name + "/qkv", width, 3 * width, QUERY_KEY_SCALE * in);
    attention =
        new CausalAttention(
            kernels,
            layout,
            name + "/attention",
            width,
            options.heads(),
            options.maxSessionLength());
    lastAttention = new LastAttention(kernels, width, options.heads(), qkv, attention);
    projection = new Linear(kernels, layout, name + "/projection", width, width, residual);
    norm2 = new LayerNorm(kernels, layout, name + "/norm2", width);
    up = new Linear(kernels, layout, name + "/up", width, feedForwardWidth, in);
    down = new Linear(kernels, layout, name + "/down", feedForwardWidth, width, residual);
  }

  /**
   * Makes the fresh layer of a model answer with more than the last token: values and projection
   * start with a share of the identity, so that attention, uniform while queries and keys are
   * small, adds a mean of the prefix that fades with distance.
   */
  void initialize(float[] parameters) {
    for (int d = 0; d < width; d++) {
      parameters[qkv.weightOffset() + d * 3 * width + 2 * width + d] += 1;
      parameters[projection.weightOffset() + d * width + d] += PREFIX_SHARE;
    }
    attention.initialize(parameters, DISTANCE_SLOPE);
  }

  int shares(int length) {
    return attention.shares(length);
  }

  /** The weights as {@link #forward} and {@link #forwardLast} read them. */
  LayerPanels panels(float[] parameters) {
    return new LayerPanels(
        qkv.panels(parameters),
        projection.panels(parameters),
        up.panels(parameters),
        down.panels(parameters),
        lastAttention.keys(parameters));
  }

  /**
   * Forward into {@code a.out}, [T, D].
   *
   * @param x [T, D]
   */
  void forward(
      float[] parameters,
      LayerPanels panels,
      PackedSessions packed,
      float[] x,
      LayerActivations a,
      KernelScratch scratch) {
    int tokens = packed.tokens();
    attend(parameters, panels, packed, x, a, scratch);
    System.arraycopy(x, 0, a.middle, 0, tokens * width);
    feedForward(parameters, panels, a, a.mixed, tokens, scratch);
  }

  /**
   * Forward of which the output is read at the positions that ask alone: into {@code a.out}, [Q,
   * D]. A backward may follow.
   *
   * @param x [T, D]
   */
  void forwardAsked(
      float[] parameters,
      PackedSessions packed,
      float[] x,
      LayerActivations a,
      KernelScratch scratch) {
    attend(parameters, LayerPanels.NONE, packed, x, a, scratch);
    for (int q = 0; q < packed.predictions; q++) {
      int token = packed.predictionToken[q];
      System.arraycopy(a.mixed, token * width, a.asked, q * width, width);
      System.arraycopy(x, token * width, a.middle, q * width, width);
    }
    feedForward(parameters, LayerPanels.NONE, a, a.asked, packed.predictions, scratch);
  }

  /** From the layer's input to what attention mixed at all positions, {@code a.mixed}. */
  private void attend(
      float[] parameters,
      LayerPanels panels,
      PackedSessions packed,
      float[] x,
      LayerActivations a,
      KernelScratch scratch) {
    int tokens = packed.tokens();
    norm1.forward(parameters, x, 0, a.normed1, 0, a.moments1, tokens);
    qkv.forward(parameters, panels.qkv, a.normed1, 0, a.qkv, 0, tokens, scratch);
    int share = 0;
    for (int s = 0; s < packed.sessions; s++) {
      int start = packed.sessionStart[s];
      int length = packed.sessionStart[s + 1] - start;
      attention.forward(
          parameters,
          a.qkv,
          3 * start * width,
          length,
          a.shares,
          share,
          a.mixed,
          start * width,
          scratch);
      share += attention.shares(length);
    }
  }

  /**
   * Forward of the last position of each session into {@code a.out}, [sessions, D].
   *
   * @param panels not {@link LayerPanels#NONE}
   * @param x [T, D]
   */
  void forwardLast(
      float[] parameters,
      LayerPanels panels,
      PackedSessions packed,
      float[] x,
      LayerActivations a,
      KernelScratch scratch) {
    norm1.forward(parameters, x, 0, a.normed1, 0, a.moments1, packed.tokens());
    for (int s = 0; s < packed.sessions; s++) {
      int start = packed.sessionStart[s];
      int end = packed.sessionStart[s + 1];
      System.arraycopy(x, (end - 1) * width, a.middle, s * width, width);
      lastAttention.forward(
          parameters,
          panels.keys,
          a.normed1,
          start * width,
          end - start,
          a.mixed,
          s * width,
          scratch);
    }
    feedForward(parameters, panels, a, a.mixed, packed.sessions, scratch);
  }

  /** From what attention mixed, and the input in {@code a.middle}, to the layer's output. */
  private void feedForward(
      float[] parameters,
      LayerPanels panels,
      LayerActivations a,
      float[] mixed,
      int rows,
      KernelScratch scratch) {
    projection.forwardAdd(parameters, panels.projection, mixed, 0, a.middle, 0, rows, scratch);
    norm2.forward(parameters, a.middle, 0, a.normed2, 0, a.moments2, rows);
    up.forward(parameters, panels.up, a.normed2, 0, a.hidden, 0, rows, scratch);
    kernels.gelu(a.hidden, 0, a.activated, 0, rows * feedForwardWidth);
    System.arraycopy(a.middle, 0, a.out, 0, rows * width);
    down.forwardAdd(parameters, panels.down, a.activated, 0, a.out, 0, rows, scratch);
  }

  /**
   * Backward of {@link #forward}.
   *
   * @param x the forward's input
   * @param d gradient of the output, [T, D]; replaced by that of the input
   */
  void backward(
      float[] parameters,
      float[] gradients,
      PackedSessions packed,
      float[] x,
      LayerActivations a,
      float[] d,
      LayerGradients g,
      KernelScratch scratch) {
    int tokens = packed.tokens();
    g.zero(tokens, width, feedForwardWidth);
    feedForwardBackward(parameters, gradients, a, a.mixed, d, g.dMixed, tokens, g, scratch);
    attendBackward(parameters, gradients, packed, x, a, d, g, scratch);
  }

  /**
   * Backward of {@link #forwardAsked}.
   *
   * @param x the forward's input
   * @param dAsked gradient of the output, [Q, D]; overwritten
   * @param d gradient of the input, [T, D]; accumulated
   */
  void backwardAsked(
      float[] parameters,
      float[] gradients,
      PackedSessions packed,
      float[] x,
      LayerActivations a,
      float[] dAsked,
      float[] d,
      LayerGradients g,
      KernelScratch scratch) {
    int asked = packed.predictions;
    g.zero(Math.max(packed.tokens(), asked), width, feedForwardWidth);
    float[] dMixedAsked = g.zeroAsked(asked, width);
    feedForwardBackward(parameters, gradients, a, a.asked, dAsked, dMixedAsked, asked, g, scratch);
    for (int q = 0; q < asked; q++) {
      int to = packed.predictionToken[q] * width;
      kernels.axpy(1, dMixedAsked, q * width, g.dMixed, to, width);
      kernels.axpy(1, dAsked, q * width, d, to, width);
    }
    attendBackward(parameters, gradients, packed, x, a, d, g, scratch);
  }

  /**
   * Backward of what follows attention.
   *
   * @param mixed what attention mixed, [rows, D]
   * @param d gradient of the output, [rows, D]; replaced by that of the input that is added
   * @param dMixed accumulated, [rows, D]
   */
  private void feedForwardBackward(
      float[] parameters,
      float[] gradients,
      LayerActivations a,
      float[] mixed,
      float[] d,
      float[] dMixed,
      int rows,
      LayerGradients g,
      KernelScratch scratch) {
    down.backwardParameters(gradients, a.activated, d, rows, scratch);
    down.backwardInput(parameters, d, g.dHidden, rows, scratch);
    kernels.geluBackward(a.hidden, 0, g.dHidden, 0, g.dHidden, 0, rows * feedForwardWidth);
    up.backwardParameters(gradients, a.normed2, g.dHidden, rows, scratch);
    float[] dNormed = g.zeroNormed(rows, width);
    up.backwardInput(parameters, g.dHidden, dNormed, rows, scratch);
    norm2.backward(parameters, gradients, a.middle, a.moments2, dNormed, d, rows);
    projection.backwardParameters(gradients, mixed, d, rows, scratch);
    projection.backwardInput(parameters, d, dMixed, rows, scratch);
  }

  /** From {@code g.dMixed} to the gradient of the input, accumulated in {@code d}. */
  private void attendBackward(
      float[] parameters,
      float[] gradients,
      PackedSessions packed,
      float[] x,
      LayerActivations a,
      float[] d,
      LayerGradients g,
      KernelScratch scratch) {
    int tokens = packed.tokens();
    sharesBackward(gradients, packed, a, g, scratch);
    qkv.backwardParameters(gradients, a.normed1, g.dQkv, tokens, scratch);
    float[] dNormed = g.zeroNormed(tokens, width);
    qkv.backwardInput(parameters, g.dQkv, dNormed, tokens, scratch);
    norm1.backward(parameters, gradients, x, a.moments1, dNormed, d, tokens);
  }

  private void sharesBackward(
      float[] gradients,
      PackedSessions packed,
      LayerActivations a,
      LayerGradients g,
      KernelScratch scratch) {
    int share = 0;
    for (int s = 0; s < packed.sessions; s++) {
      int start = packed.sessionStart[s];
      int length = packed.sessionStart[s + 1] - start;
      attention.backward(
          gradients,
          a.qkv,
          3 * start * width,
          length,
          a.shares,
          share,
          g.dMixed,
          start * width,
          g.dQkv,
          scratch);
      share += attention.shares(length);
    }
  }
}
