package dev.dolmen.evaluation.protocol;

import java.util.List;

/**
 * Which item comes next? Everything before the target is the prefix, the oldest click first.
 *
 * @param session the clicks of one session, prefix and target among them
 * @param target place of the click to be predicted, 1 or more
 * @param window in which it counts, from 0; 0 where there are none
 * @param known times the target's item was clicked in what was learned
 */
public record Prediction(List<EvalClick> session, int target, int window, int known) {
  public Prediction {
    if (target < 1 || target >= session.size()) {
      throw new IllegalArgumentException(
          "target: " + target + ", expected 1 to " + (session.size() - 1));
    }
  }

  public EvalClick targetClick() {
    return session.get(target);
  }

  public List<EvalClick> prefix() {
    return session.subList(0, target);
  }

  /** Whether nothing comes after it. */
  public boolean last() {
    return target == session.size() - 1;
  }
}
