package dev.dolmen.evaluation.protocol;

/** The predictions of a plan that a section is about. */
public enum PredictionSet {
  /** The last item of each session, of those that count. */
  LAST,
  /** All that count. */
  NEXT,
  /** Those about items that were never learned, which are asked apart. */
  UNSEEN;

  /** Those that the figures at the top of a report are of. */
  public static PredictionSet headline(Plan plan) {
    return plan.windows() > 1 ? LAST : NEXT;
  }

  /** Whether a prediction of the plan is among them. */
  public boolean has(Plan plan, int prediction) {
    return switch (this) {
      case LAST -> prediction < plan.counted() && plan.predictions().get(prediction).last();
      case NEXT -> prediction < plan.counted();
      case UNSEEN -> prediction >= plan.counted();
    };
  }
}
