package dev.dolmen.trainer.alternatives;

import dev.dolmen.parameterstore.range.NumberRange;

/**
 * One side of an experiment.
 *
 * @param name 1 to 64 letters, digits, {@code _}, {@code -} or {@code .}
 * @param share of the visits, in {@link #SHARE}
 * @param ranker that answers them
 */
public record Arm(String name, double share, RankerKind ranker) {
  public static final NumberRange SHARE = NumberRange.of(0, 1);

  static final String NAME = "[A-Za-z0-9_.-]{1,64}";
  static final String NAME_FORM = "1 to 64 letters, digits, _, - or .";

  public Arm {
    if (!name.matches(NAME)) {
      throw new IllegalArgumentException("name: \"" + name + "\", expected " + NAME_FORM);
    }
    SHARE.check("share", share);
  }
}
