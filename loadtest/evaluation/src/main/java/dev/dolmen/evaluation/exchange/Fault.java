package dev.dolmen.evaluation.exchange;

import java.util.Locale;

/** What is wrong with what one trainer sends. */
public enum Fault {
  /** Nothing. */
  NONE,
  /** It comes some exchanges late. */
  LAGS,
  /** Noise, as long as what should have come. */
  RANDOM,
  /** Noise, a hundred times as long. */
  LARGE,
  /** One number is not a number. */
  NAN;

  /** As options name it. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
