package dev.dolmen.evaluation.exchange;

import java.util.Locale;

/** Of which numbers the changes of several trainers are summed up, in the place of a mean. */
public enum Summing {
  /** Of none. */
  NONE,
  /** Of embedding rows: each change comes of other clicks. */
  ROWS,
  /** Of dense parameters, too. */
  ALL;

  /** As options name it. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
