package dev.dolmen.model.session;

/** Scratch of the session encoder's backward; owned by the training thread. */
public final class SessionGradients {
  final LayerGradients layer = new LayerGradients();
  float[] dNormed = new float[0];
  float[] dAsked = new float[0];
  float[] dTokens = new float[0];
  float[] dContextVectors = new float[0];
  float[] dContextColumns = new float[0];

  public SessionGradients() {}
}
