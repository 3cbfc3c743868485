package dev.dolmen.model.session;

/** Weights of a session encoder that no longer change, as its forward reads them; immutable. */
public final class SessionPanels {
  final LayerPanels[] layers;

  SessionPanels(LayerPanels[] layers) {
    this.layers = layers;
  }
}
