package dev.dolmen.model;

import dev.dolmen.model.item.ItemEncoder;
import dev.dolmen.model.kernel.Kernels;
import dev.dolmen.model.layer.IdGate;
import dev.dolmen.model.layer.ParameterLayout;
import dev.dolmen.model.loss.TaskHeads;
import dev.dolmen.model.session.SessionEncoder;

/** The layers of one model and where their parameters stand; immutable, without parameters. */
final class Architecture {
  private static final float PRIOR_WEIGHT_START = 0.5f;

  /** Of the learning rate: some hundred steps, not some thousand, to a term of 3. */
  private static final float TERM_RATE = 30;

  final ModelOptions options;
  final Kernels kernels;
  final ParameterLayout layout = new ParameterLayout();
  final ItemEncoder items;
  final SessionEncoder sessions;
  final TaskHeads heads;

  /** Offset of the weight of the popularity prior in the parameters. */
  final int priorWeight;

  /** Offset of the {@link ScoreTerms} in the parameters. */
  final int terms;

  Architecture(ModelOptions options, Kernels kernels) {
    this.options = options;
    this.kernels = kernels;
    IdGate gate = options.idGate() ? new IdGate(layout, options) : null;
    items = new ItemEncoder(kernels, layout, options, gate);
    sessions = new SessionEncoder(kernels, layout, options);
    priorWeight = layout.vector("prior/weight", 1, PRIOR_WEIGHT_START);
    terms = layout.scoreTerms("repeat/distance", ScoreTerms.DISTANCES, TERM_RATE);
    layout.scoreTerms("covisit/long", ScoreTerms.KNOTS, TERM_RATE);
    layout.scoreTerms("covisit/recent", ScoreTerms.KNOTS, TERM_RATE);
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
