package dev.dolmen.bench.model;

import java.util.Locale;

/** A part of the benchmark, measured in a process of its own. */
enum ModelPart {
  ENCODE("sessions encoded", 12, 130),
  TRAIN("training steps", 12, 90),
  PRODUCTS("matrix products", 18, 110),
  SCAN("scans of a million items", 25, 40);

  private final String what;
  private final int quickSeconds;
  private final int fullSeconds;

  ModelPart(String what, int quickSeconds, int fullSeconds) {
    this.what = what;
    this.quickSeconds = quickSeconds;
    this.fullSeconds = fullSeconds;
  }

  String what() {
    return what;
  }

  /** About how long it takes. */
  double estimateSeconds(boolean quick) {
    return quick ? quickSeconds : fullSeconds;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
