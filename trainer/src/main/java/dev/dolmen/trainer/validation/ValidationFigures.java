package dev.dolmen.trainer.validation;

/**
 * Progressive validation: next-item predictions, each scored against the whole catalogue before it
 * was learned.
 *
 * @param model ranks by the model
 * @param popularity ranks of the same predictions by the most clicked items recently
 * @param neighbors ranks of the same by items visited together with the session's last ones
 * @param loss mean training loss, nats
 */
public record ValidationFigures(
    RankingFigures model, RankingFigures popularity, RankingFigures neighbors, double loss) {
  /** Predictions scored. */
  public long predictions() {
    return model.predictions();
  }
}
