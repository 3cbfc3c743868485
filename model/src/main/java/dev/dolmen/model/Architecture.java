package dev.dolmen.model;

import dev.dolmen.model.data.ModelOptions;
import dev.dolmen.model.item.ItemEncoder;
import dev.dolmen.model.kernel.Kernels;
import dev.dolmen.model.layer.IdGate;
import dev.dolmen.model.layer.ParameterLayout;
import dev.dolmen.model.layer.SignalNetwork;
import dev.dolmen.model.loss.TaskHeads;
import dev.dolmen.model.session.SessionEncoder;

/** The layers of one model and where their parameters stand; immutable, without parameters. */
final class Architecture {
  private static final float PRIOR_WEIGHT_START = 0.5f;

  final ModelOptions options;
  final Kernels kernels;
  final ParameterLayout layout = new ParameterLayout();
  final ItemEncoder items;
  final SessionEncoder sessions;
  final TaskHeads heads;

  /** Offset of the weight of the popularity prior in the parameters. */
  final int priorWeight;

  /** Offset of the {@link SignalNetwork} in the parameters. */
  final int signals;

  Architecture(ModelOptions options, Kernels kernels) {
    this.options = options;
    this.kernels = kernels;
    IdGate gate = options.idGate() ? new IdGate(layout, options) : null;
    items = new ItemEncoder(kernels, layout, options, gate);
    sessions = new SessionEncoder(kernels, layout, options);
    priorWeight = layout.vector("prior/weight", 1, PRIOR_WEIGHT_START);
    signals = SignalNetwork.add(layout);
    heads = new TaskHeads(kernels, layout, options);
  }

  /** Fresh parameters. */
  float[] initialize(long seed) {
    float[] parameters = layout.initialize(seed);
    sessions.initialize(parameters);
    heads.initialize(parameters);
    return parameters;
  }
}
