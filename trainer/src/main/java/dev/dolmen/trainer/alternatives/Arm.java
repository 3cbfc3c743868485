package dev.dolmen.trainer.alternatives;

import dev.dolmen.trainer.state.Bounds;

/**
 * One side of an experiment.
 *
 * @param name 1 to 64 letters, digits, {@code _}, {@code -} or {@code .}
 * @param share of the visits, 0 to 1
 * @param ranker that answers them
 */
public record Arm(String name, double share, RankerKind ranker) {
  static final String NAME = "[A-Za-z0-9_.-]{1,64}";
  static final String NAME_FORM = "1 to 64 letters, digits, _, - or .";

  public Arm {
    if (!name.matches(NAME)) {
      throw new IllegalArgumentException("name: \"" + name + "\", expected " + NAME_FORM);
    }
    Bounds.check("share", share, 0, 1);
  }
}
