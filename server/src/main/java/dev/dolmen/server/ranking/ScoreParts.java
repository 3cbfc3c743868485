package dev.dolmen.server.ranking;

import dev.dolmen.v1.Explanation;
import dev.dolmen.v1.ScorePart;

/**
 * The parts of one score. Each is what the sum of doubles so far lacks to the next sum, so that who
 * adds them up in their order comes to the score itself, to the bit. Sums are floats. What a double
 * lacks between two of them, where one is more than 2<sup>29</sup> times the other, a second part
 * of the same name brings. Reused by one thread.
 */
final class ScoreParts {
  private final Explanation.Builder explanation = Explanation.newBuilder();
  private double sum;
  private String largest = "";
  private double most;
  private int event;

  /** Begins with the parts of another score. */
  void begin() {
    explanation.clear();
    sum = 0;
    largest = "";
    most = Double.NEGATIVE_INFINITY;
    event = -1;
  }

  /**
   * Adds a part.
   *
   * @param next the sum with it
   * @param from number of the event that it comes from; -1 for none
   */
  void add(String name, float next, int from) {
    double value = next - sum;
    if (value > most) {
      most = value;
      largest = name;
      event = from;
    }
    addValue(name, value, from);
    if (sum != next) {
      addValue(name, next - sum, from);
    }
  }

  private void addValue(String name, double value, int from) {
    ScorePart.Builder part = explanation.addPartsBuilder().setName(name).setValue(value);
    if (from >= 0) {
      part.setEvent(from);
    }
    sum += value;
  }

  /** What has been added so far. */
  double sum() {
    return sum;
  }

  /** Name of the largest part; of equal ones the first. */
  String largest() {
    return largest;
  }

  /** The event that the largest part comes from; -1 for none. */
  int event() {
    return event;
  }

  /** Adds what an event contributes, the events in their order. */
  void addContribution(double score) {
    explanation.addEventContributions(score);
  }

  /**
   * The event that contributes most; -1 if none contributes anything.
   *
   * @param first the event of the first contribution that was added
   */
  int mostContributing(int first) {
    int best = -1;
    double contribution = 0;
    for (int i = 0; i < explanation.getEventContributionsCount(); i++) {
      if (explanation.getEventContributions(i) > contribution) {
        contribution = explanation.getEventContributions(i);
        best = first + i;
      }
    }
    return best;
  }

  /** How uncertain the score is for want of clicks on the item. */
  void variance(double variance) {
    explanation.setScoreVariance(variance);
  }

  /** The whole, for a reason. */
  Explanation end(String reason, String about) {
    return explanation.setReason(reason).setAbout(about).build();
  }
}
