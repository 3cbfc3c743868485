package dev.dolmen.model.session;

import dev.dolmen.model.data.FeatureBlock;
import dev.dolmen.model.data.GatheredRows;
import dev.dolmen.model.data.ModelOptions;
import dev.dolmen.model.data.Pooling;
import dev.dolmen.model.kernel.KernelScratch;
import dev.dolmen.model.kernel.Kernels;
import dev.dolmen.model.layer.FeaturePooling;
import dev.dolmen.model.layer.Floats;
import dev.dolmen.model.layer.LayerNorm;
import dev.dolmen.model.layer.Linear;
import dev.dolmen.model.layer.ParameterLayout;
import dev.dolmen.model.layer.UnitNorm;

/**
 * The session encoder: tokens, transformer layers, a last norm, pooling, and a vector of fixed
 * length.
 *
 * <p>A token is √D times its item's vector, so that its numbers have variance 1, plus the
 * embeddings of its event type and time gap and its projected context. Those start at 0, the layers
 * close to the identity, and the first one's attention adds a mean of the prefix that fades with
 * distance: a fresh model answers with what is most like the last items, which is already a fair
 * recommendation, and learns from there. The session vector has the length {@code temperature},
 * items have length 1: a score is a scaled cosine.
 */
public final class SessionEncoder {
  private final Kernels kernels;
  private final int width;
  private final int feedForwardWidth;
  private final boolean lastAlone;
  private final FeaturePooling contextPooling;
  private final Linear contextProjection;
  private final int types;
  private final int gaps;
  private final TransformerLayer[] layers;
  private final LayerNorm norm;
  private final SessionPooling pooling;
  private final UnitNorm unit;

  public SessionEncoder(Kernels kernels, ParameterLayout layout, ModelOptions options) {
    this.kernels = kernels;
    width = options.width();
    feedForwardWidth = options.feedForwardWidth();
    lastAlone = options.pooling() == Pooling.LAST;
    contextPooling = new FeaturePooling(kernels, options.contextColumns());
    contextProjection =
        new Linear(
            kernels,
            layout,
            "context",
            contextPooling.width(),
            width,
            1 / Math.sqrt(Math.max(1, contextPooling.width())));
    types = layout.table("type", options.eventTypes(), width, 0);
    gaps = layout.table("gap", options.gapBuckets(), width, 0);
    layers = new TransformerLayer[options.layers()];
    for (int l = 0; l < layers.length; l++) {
      layers[l] = new TransformerLayer(kernels, layout, options, l);
    }
    norm = new LayerNorm(kernels, layout, "norm", width);
    pooling = new SessionPooling(kernels, layout, options);
    unit = new UnitNorm(kernels, width, options.temperature());
  }

  /** Completes fresh parameters, after their layout initialised them. */
  public void initialize(float[] parameters) {
    if (layers.length > 0) {
      layers[0].initialize(parameters);
    }
    pooling.initialize(parameters);
  }

  /** Weights that no longer change, as {@link #encode} reads them. */
  public SessionPanels panels(float[] parameters) {
    LayerPanels[] panels = new LayerPanels[layers.length];
    for (int l = 0; l < layers.length; l++) {
      panels[l] = layers[l].panels(parameters);
    }
    return new SessionPanels(panels);
  }

  /**
   * Forward of the sessions that {@code a.packed()} points at, into {@code a.vectors()}, of which a
   * backward may follow.
   */
  public void forward(float[] parameters, SessionActivations a, KernelScratch scratch) {
    start(parameters, a, scratch);
    float[] x = a.tokens;
    int whole = lastAlone ? Math.max(0, layers.length - 1) : layers.length;
    for (int l = 0; l < whole; l++) {
      layers[l].forward(parameters, LayerPanels.NONE, a.packed, x, a.layers[l], scratch);
      x = a.layers[l].out;
    }
    if (whole < layers.length) {
      layers[whole].forwardAsked(parameters, a.packed, x, a.layers[whole], scratch);
      finishAsked(parameters, a, a.layers[whole].out, a.packed.predictions);
    } else {
      finish(parameters, a, x);
    }
  }

  /** Like {@link #forward}, of sessions whose last positions predict, without a backward. */
  public void encode(
      float[] parameters, SessionPanels panels, SessionActivations a, KernelScratch scratch) {
    start(parameters, a, scratch);
    PackedSessions packed = a.packed;
    int last = lastAlone ? layers.length - 1 : layers.length;
    float[] x = a.tokens;
    for (int l = 0; l < layers.length; l++) {
      LayerPanels of = panels.layers[l];
      if (l == last) {
        layers[l].forwardLast(parameters, of, packed, x, a.layers[l], scratch);
      } else {
        layers[l].forward(parameters, of, packed, x, a.layers[l], scratch);
      }
      x = a.layers[l].out;
    }
    if (lastAlone && layers.length > 0) {
      finishAsked(parameters, a, x, packed.sessions);
    } else {
      finish(parameters, a, x);
    }
  }

  private void start(float[] parameters, SessionActivations a, KernelScratch scratch) {
    a.resize(layers.length, shares(a.packed), width, feedForwardWidth);
    embed(parameters, a, scratch);
  }

  /** From the last layer's output, [T, D], to the vectors. */
  private void finish(float[] parameters, SessionActivations a, float[] x) {
    norm.forward(parameters, x, 0, a.normed, 0, a.moments, a.packed.tokens());
    pooling.forward(parameters, a);
    unit.forward(a.vectors, 0, a.vectors, 0, a.inverseNorms, a.packed.predictions);
  }

  /** From the last layer's output at the positions that ask, [Q, D], to the vectors. */
  private void finishAsked(float[] parameters, SessionActivations a, float[] x, int asked) {
    norm.forward(parameters, x, 0, a.vectors, 0, a.moments, asked);
    unit.forward(a.vectors, 0, a.vectors, 0, a.inverseNorms, asked);
  }

  private int shares(PackedSessions packed) {
    int shares = 0;
    for (int s = 0; s < packed.sessions && layers.length > 0; s++) {
      shares += layers[0].shares(packed.sessionStart[s + 1] - packed.sessionStart[s]);
    }
    return shares;
  }

  private void embed(float[] parameters, SessionActivations a, KernelScratch scratch) {
    PackedSessions packed = a.packed;
    int columns = contextPooling.width();
    FeatureBlock contexts = packed.contexts;
    GatheredRows rows = packed.rows;
    if (columns > 0 && contexts != null && rows != null) {
      a.contextColumns = Floats.atLeast(a.contextColumns, contexts.records * columns);
      a.contextVectors = Floats.atLeast(a.contextVectors, contexts.records * width);
      for (int r = 0; r < contexts.records; r++) {
        contextPooling.forward(contexts, rows, r, -1, a.contextColumns, r * columns);
      }
      contextProjection.forward(
          parameters, a.contextColumns, 0, a.contextVectors, 0, contexts.records, scratch);
    }
    float scale = (float) Math.sqrt(width);
    int tokens = packed.tokens();
    for (int t = 0; t < tokens; t++) {
      int to = t * width;
      System.arraycopy(parameters, types + packed.type[t] * width, a.tokens, to, width);
      kernels.axpy(1, parameters, gaps + packed.gap[t] * width, a.tokens, to, width);
      kernels.axpy(scale, packed.itemVectors, packed.itemRow(t) * width, a.tokens, to, width);
      if (columns > 0 && packed.context[t] >= 0) {
        kernels.axpy(1, a.contextVectors, packed.context[t] * width, a.tokens, to, width);
      }
    }
  }

  /**
   * Backward: accumulates into the dense gradients, those of the context rows and those of the item
   * vectors.
   *
   * @param dVectors gradients of the session vectors, [P, D]; overwritten
   * @param dItems accumulated into, [I, D]
   */
  public void backward(
      float[] parameters,
      float[] gradients,
      SessionActivations a,
      SessionGradients g,
      float[] dVectors,
      float[] dItems,
      KernelScratch scratch) {
    PackedSessions packed = a.packed;
    int tokens = packed.tokens();
    unit.backward(a.vectors, a.inverseNorms, dVectors, dVectors, packed.predictions);
    g.dTokens = Floats.zeros(g.dTokens, tokens * width);
    int l = layers.length - 1;
    float[] last = l < 0 ? a.tokens : a.layers[l].out;
    if (lastAlone && l >= 0) {
      g.dAsked = Floats.zeros(g.dAsked, packed.predictions * width);
      norm.backward(parameters, gradients, last, a.moments, dVectors, g.dAsked, packed.predictions);
      layers[l].backwardAsked(
          parameters,
          gradients,
          packed,
          input(a, l),
          a.layers[l],
          g.dAsked,
          g.dTokens,
          g.layer,
          scratch);
      l--;
    } else {
      g.dNormed = Floats.zeros(g.dNormed, tokens * width);
      pooling.backward(parameters, gradients, a, dVectors, g.dNormed);
      norm.backward(parameters, gradients, last, a.moments, g.dNormed, g.dTokens, tokens);
    }
    for (; l >= 0; l--) {
      layers[l].backward(
          parameters, gradients, packed, input(a, l), a.layers[l], g.dTokens, g.layer, scratch);
    }
    embedBackward(parameters, gradients, a, g, dItems, scratch);
  }

  private static float[] input(SessionActivations a, int layer) {
    return layer == 0 ? a.tokens : a.layers[layer - 1].out;
  }

  private void embedBackward(
      float[] parameters,
      float[] gradients,
      SessionActivations a,
      SessionGradients g,
      float[] dItems,
      KernelScratch scratch) {
    PackedSessions packed = a.packed;
    int columns = contextPooling.width();
    FeatureBlock contexts = packed.contexts;
    GatheredRows rows = packed.rows;
    int records = columns > 0 && contexts != null ? contexts.records : 0;
    g.dContextVectors = Floats.zeros(g.dContextVectors, records * width);
    float scale = (float) Math.sqrt(width);
    int tokens = packed.tokens();
    for (int t = 0; t < tokens; t++) {
      int at = t * width;
      kernels.axpy(1, g.dTokens, at, gradients, types + packed.type[t] * width, width);
      kernels.axpy(1, g.dTokens, at, gradients, gaps + packed.gap[t] * width, width);
      kernels.axpy(scale, g.dTokens, at, dItems, packed.itemRow(t) * width, width);
      if (columns > 0 && packed.context[t] >= 0) {
        kernels.axpy(1, g.dTokens, at, g.dContextVectors, packed.context[t] * width, width);
      }
    }
    if (records > 0 && contexts != null && rows != null) {
      g.dContextColumns = Floats.zeros(g.dContextColumns, records * columns);
      contextProjection.backwardParameters(
          gradients, a.contextColumns, g.dContextVectors, records, scratch);
      contextProjection.backwardInput(
          parameters, g.dContextVectors, g.dContextColumns, records, scratch);
      for (int r = 0; r < records; r++) {
        contextPooling.backward(contexts, rows, r, -1, g.dContextColumns, r * columns);
      }
    }
  }
}
