package dev.dolmen.model;

import dev.dolmen.model.item.ItemEncoder;
import dev.dolmen.model.kernel.Kernels;
import dev.dolmen.model.layer.ParameterLayout;
import dev.dolmen.model.session.SessionEncoder;

/** The layers of one model and where their parameters stand; immutable, without parameters. */
final class Architecture {
  private static final float PRIOR_WEIGHT_START = 0.5f;

  /** Distances from the end of the session that are told apart; the last stands for all beyond. */
  static final int REPEAT_DISTANCES = 16;

  /** Of the learning rate: some hundred steps, not some thousand, to a term of 3. */
  private static final float REPEAT_RATE = 30;

  final ModelOptions options;
  final Kernels kernels;
  final ParameterLayout layout = new ParameterLayout();
  final ItemEncoder items;
  final SessionEncoder sessions;

  /** Offset of the weight of the popularity prior in the parameters. */
  final int priorWeight;

  /** Offset of the terms for items of the session itself, by distance, in the parameters. */
  final int repeatTerms;

  Architecture(ModelOptions options, Kernels kernels) {
    this.options = options;
    this.kernels = kernels;
    items = new ItemEncoder(kernels, layout, options);
    sessions = new SessionEncoder(kernels, layout, options);
    priorWeight = layout.vector("prior/weight", 1, PRIOR_WEIGHT_START);
    repeatTerms = layout.scoreTerms("repeat/distance", REPEAT_DISTANCES, REPEAT_RATE);
  }

  /** Where the term of an item last seen {@code distance} events before the end stands. */
  int repeatTerm(int distance) {
    return repeatTerms + Math.min(distance, REPEAT_DISTANCES - 1);
  }

  /** Fresh parameters. */
  float[] initialize(long seed) {
    float[] parameters = layout.initialize(seed);
    sessions.initialize(parameters);
    return parameters;
  }
}
