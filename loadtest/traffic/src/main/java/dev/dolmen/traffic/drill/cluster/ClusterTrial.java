package dev.dolmen.traffic.drill.cluster;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What goes wrong in a trial. */
enum ClusterTrial {
  /** The trainer that leads is killed. */
  TRAINER_KILLED,
  /** A server is killed, and started again. */
  SERVER_KILLED,
  /** The trainer that leads is stopped for longer than others wait, then goes on. */
  TRAINER_PAUSED,
  /** All trainers are killed, then all are started at once. */
  TWO_TRAINERS,
  /** A server is stopped for a while, then goes on. */
  SERVER_CUT_OFF,
  /** All servers are stopped and started again, one after the other. */
  ROLLING_RESTART;

  String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static List<String> labels() {
    return Arrays.stream(values()).map(ClusterTrial::label).toList();
  }

  /**
   * The trial of that name.
   *
   * @throws IllegalArgumentException if there is none
   */
  static ClusterTrial of(String label) {
    return Arrays.stream(values())
        .filter(trial -> trial.label().equals(label))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(label + ", expected one of " + labels()));
  }
}
