package dev.dolmen.traffic.drill.cluster;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What goes wrong in a trial. */
enum ClusterTrial {
  /** A server is killed, and started again. */
  SERVER_KILLED(false),
  /** A server is stopped where it is for a while, then goes on. */
  SERVER_PAUSED(false),
  /** The trainer that leads is killed. */
  TRAINER_KILLED(false),
  /** The trainer that leads is stopped for longer than others wait, then goes on. */
  TRAINER_PAUSED(false),
  /** All trainers are killed, then all are started at once. */
  TWO_TRAINERS(false),
  /**
   * All that the trainer has sent is deleted; a server and a trainer that stands by start again.
   */
  PARAMETERS_TRUNCATED(false),
  /** A server and the trainer that leads have a clock that is an hour ahead. */
  CLOCK_AHEAD(false),
  /** All servers are stopped and started again, one after the other. */
  ROLLING_RESTART(false),
  /** One server becomes four, and four become two. */
  SCALED(false),
  /** A server's connections to all brokers are cut for half a minute. */
  SERVER_CUT_OFF(true),
  /** A broker that leads neither topic, if there is one, is killed, and started again. */
  BROKER_KILLED(true),
  /** The broker that leads the log is killed, and started again. */
  LOG_LEADER_KILLED(true),
  /** A server starts while all brokers are away. */
  BROKERS_DOWN_AT_START(true);

  private final boolean ownBrokers;

  ClusterTrial(boolean ownBrokers) {
    this.ownBrokers = ownBrokers;
  }

  /** Whether it does something to brokers, which have to be the drill's own. */
  boolean needsOwnBrokers() {
    return ownBrokers;
  }

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
