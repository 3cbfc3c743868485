package dev.dolmen.trainer.history;

import dev.dolmen.v1.Impression;

/**
 * What had an answer ranked.
 *
 * @param ranker as the impression names it; empty on a server that has no other than the model
 * @param experiment empty where the answer belongs to none
 * @param arm of it
 */
public record ShownBy(String ranker, String experiment, String arm) {
  static ShownBy of(Impression shown) {
    return new ShownBy(shown.getRanker(), shown.getExperiment(), shown.getArm());
  }
}
