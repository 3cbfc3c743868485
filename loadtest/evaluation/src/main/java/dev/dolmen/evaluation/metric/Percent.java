package dev.dolmen.evaluation.metric;

import java.util.Locale;

/** A share in words, as all tables of figures have it. */
public final class Percent {
  private Percent() {}

  /** With two decimals and the sign: {@code 12.34%}. */
  public static String of(double share) {
    return String.format(Locale.ROOT, "%.2f%%", 100 * share);
  }
}
