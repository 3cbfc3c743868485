package dev.dolmen.model;

import dev.dolmen.model.item.ItemEncoder;
import dev.dolmen.model.kernel.Kernels;
import dev.dolmen.model.layer.ParameterLayout;
import dev.dolmen.model.session.SessionEncoder;

/** The layers of one model and where their parameters stand; immutable, without parameters. */
final class Architecture {
  private static final float PRIOR_WEIGHT_START = 0.5f;

  final ModelOptions options;
  final Kernels kernels;
  final ParameterLayout layout = new ParameterLayout();
  final ItemEncoder items;
  final SessionEncoder sessions;

  /** Offset of the weight of the popularity prior in the parameters. */
  final int priorWeight;

  Architecture(ModelOptions options, Kernels kernels) {
    this.options = options;
    this.kernels = kernels;
    items = new ItemEncoder(kernels, layout, options);
    sessions = new SessionEncoder(kernels, layout, options);
    priorWeight = layout.vector("prior/weight", 1, PRIOR_WEIGHT_START);
  }

  /** Fresh parameters. */
  float[] initialize(long seed) {
    float[] parameters = layout.initialize(seed);
    sessions.initialize(parameters);
    return parameters;
  }
}
