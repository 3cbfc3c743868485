package dev.dolmen.evaluation.tune;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * Tries all settings on little, the best of them on more, and so on (Jamieson and Talwalkar,
 * "Non-stochastic Best Arm Identification and Hyperparameter Optimization", AISTATS 2016; with more
 * than one left at the end it is one bracket of Hyperband, Li et al., JMLR 2018). What it bets on
 * is that what is bad on little is bad on much; that need not be so for settings that learn slowly.
 */
final class SuccessiveHalving {
  /** Makes trials. */
  @FunctionalInterface
  interface Trials {
    /** The trial of settings on a rung. */
    Trial trial(int rung, Map<String, String> settings) throws IOException;
  }

  private final Ladder ladder;
  private final ToDoubleFunction<Trial> figure;
  private final Trials trials;

  /**
   * Sets it up.
   *
   * @param figure of which more is better
   */
  SuccessiveHalving(Ladder ladder, ToDoubleFunction<Trial> figure, Trials trials) {
    this.ladder = ladder;
    this.figure = figure;
    this.trials = trials;
  }

  /**
   * Climbs.
   *
   * @param candidates settings; of two that are as good the one that stood before climbs on
   * @return the trials of each rung, best first
   */
  List<List<Trial>> climb(List<Map<String, String>> candidates) throws IOException {
    List<List<Trial>> rungs = new ArrayList<>();
    List<Map<String, String>> left = candidates;
    for (int rung = 0; rung < ladder.rungs(); rung++) {
      List<Trial> made = new ArrayList<>();
      for (Map<String, String> settings :
          left.subList(0, Math.min(left.size(), ladder.trials(rung)))) {
        made.add(trials.trial(rung, settings));
      }
      made.sort(Comparator.comparingDouble(figure).reversed());
      rungs.add(made);
      left = made.stream().map(Trial::settings).toList();
    }
    return rungs;
  }
}
