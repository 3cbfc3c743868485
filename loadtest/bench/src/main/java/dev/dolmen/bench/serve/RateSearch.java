package dev.dolmen.bench.serve;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Looks for the highest rate that a server holds: doubles until it is clearly too much, then halves
 * the distance, in logarithms, between the highest that it held and the next that it did not. A
 * rate at which all is answered is tried a second time, and where it is missed by little, what is
 * above it is looked at all the same, as one pause of the machine is not the server's measure.
 *
 * @param p99MsMax what is held: 99 of 100 requests are answered, and 99 of 100 answers come sooner
 * @param precision two rates, one held and one not, are near enough at this ratio
 * @param stepsMax steps at most
 * @param rateMax nothing above it is tried
 */
record RateSearch(double p99MsMax, double precision, int stepsMax, double rateMax) {
  static final double RATE_MIN = 1;
  static final double RATE_MAX = 100_000;

  /** Missed by so much, a rate is clearly too much. */
  private static final double FAR = 5;

  /** Measures at a rate. */
  @FunctionalInterface
  interface Probe {
    LoadFigures at(double rate) throws IOException, InterruptedException;
  }

  /**
   * Searches.
   *
   * @param first rate that is tried
   * @return what the highest rate that was held came to; null if none was
   */
  @Nullable LoadFigures highest(double first, Probe probe)
      throws IOException, InterruptedException {
    Steps steps = new Steps(probe);
    double lowest = Math.min(first, rateMax);
    double rate = lowest;
    while (steps.left > 0 && !steps.isFar(steps.at(rate)) && rate < rateMax) {
      rate = Math.min(2 * rate, rateMax);
    }
    for (rate = lowest / 2; steps.held == null && steps.left > 0 && rate >= RATE_MIN; rate /= 2) {
      steps.at(rate);
    }
    LoadFigures held = steps.held;
    while (held != null && steps.left > 0 && steps.missed / held.rate() > precision) {
      steps.at(Math.sqrt(steps.missed * held.rate()));
      held = steps.held;
    }
    return held;
  }

  /** What was measured so far. */
  private final class Steps {
    private final Probe probe;
    private int left = stepsMax;
    private @Nullable LoadFigures held;

    /** The lowest rate above what was held that was not; NaN if there is none. */
    private double missed = Double.NaN;

    Steps(Probe probe) {
      this.probe = probe;
    }

    LoadFigures at(double rate) throws IOException, InterruptedException {
      LoadFigures figures = probe.at(rate);
      left--;
      if (!figures.holds(p99MsMax) && figures.isAnswered() && left > 0) {
        figures = probe.at(rate);
        left--;
      }
      if (figures.holds(p99MsMax)) {
        held = figures;
        missed = missed > rate ? missed : Double.NaN;
      } else if (!(missed <= rate)) {
        missed = rate;
      }
      return figures;
    }

    boolean isFar(LoadFigures figures) {
      return !figures.isAnswered() || !(figures.p99Ms() < FAR * p99MsMax);
    }
  }
}
