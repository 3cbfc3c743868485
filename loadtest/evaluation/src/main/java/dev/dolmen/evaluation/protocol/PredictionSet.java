package dev.dolmen.evaluation.protocol;

/** The questions of a plan that a section is about. */
public enum PredictionSet {
  /** The last item of each session, of those that count. */
  LAST,
  /** All that count. */
  NEXT,
  /** Those about items that were never learned, which are asked apart. */
  UNSEEN;

  /** Whether a question of the plan is among them. */
  public boolean has(Plan plan, int question) {
    return switch (this) {
      case LAST -> question < plan.counted() && plan.questions().get(question).last();
      case NEXT -> question < plan.counted();
      case UNSEEN -> question >= plan.counted();
    };
  }
}
