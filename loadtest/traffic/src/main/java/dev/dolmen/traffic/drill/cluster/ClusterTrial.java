package dev.dolmen.traffic.drill.cluster;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What goes wrong in a trial. */
enum ClusterTrial {
  /** All trainers and one server go on with this version; the other servers stay as they are. */
  HALF_UPGRADED(Needs.EARLIER_VERSION),
  /** The other servers go on with this version. */
  UPGRADED(Needs.EARLIER_VERSION),
  /** A server is killed, and started again. */
  SERVER_KILLED(Needs.NOTHING),
  /** A server is stopped where it is for a while, then goes on. */
  SERVER_PAUSED(Needs.NOTHING),
  /** The trainer that leads is killed. */
  TRAINER_KILLED(Needs.NOTHING),
  /** The trainer that leads is stopped for longer than others wait, then goes on. */
  TRAINER_PAUSED(Needs.NOTHING),
  /** All trainers are killed, then all are started at once. */
  TWO_TRAINERS(Needs.NOTHING),
  /**
   * All that the trainer has sent is deleted; a server and a trainer that stands by start again.
   */
  PARAMETERS_TRUNCATED(Needs.NOTHING),
  /** A server and the trainer that leads have a clock that is an hour ahead. */
  CLOCK_AHEAD(Needs.NOTHING),
  /** All servers are stopped and started again, one after the other. */
  ROLLING_RESTART(Needs.NOTHING),
  /** One server becomes four, and four become two. */
  SCALED(Needs.NOTHING),
  /** The store of snapshots is killed; a server that starts with nothing else waits for it. */
  STORE_AWAY(Needs.STORE),
  /** Each answer of the store of snapshots is late. */
  STORE_SLOW(Needs.STORE),
  /** The newest snapshot is damaged in the store; a server starts with nothing else. */
  STORE_LIES(Needs.STORE),
  /** A server's connections to all brokers are cut for half a minute. */
  SERVER_CUT_OFF(Needs.BROKERS),
  /** A broker that leads neither topic, if there is one, is killed, and started again. */
  BROKER_KILLED(Needs.BROKERS),
  /** The broker that leads the log is killed, and started again. */
  LOG_LEADER_KILLED(Needs.BROKERS),
  /** The disk of the broker that leads the log fills up to its last byte; then it has room. */
  BROKER_DISK_FULL(Needs.SMALL_DISKS),
  /** A server starts while all brokers are away. */
  BROKERS_DOWN_AT_START(Needs.BROKERS);

  /** What it damages, which has to be the drill's own. */
  private enum Needs {
    NOTHING,
    EARLIER_VERSION,
    BROKERS,
    SMALL_DISKS,
    STORE
  }

  private final Needs needs;

  ClusterTrial(Needs needs) {
    this.needs = needs;
  }

  /** Whether it does something to brokers, which have to be the drill's own. */
  boolean needsOwnBrokers() {
    return needs == Needs.BROKERS || needs == Needs.SMALL_DISKS;
  }

  /** Whether brokers have to lie on disks that can be filled up. */
  boolean needsSmallDisks() {
    return needs == Needs.SMALL_DISKS;
  }

  /** Whether it does something to the store of snapshots. */
  boolean needsStore() {
    return needs == Needs.STORE;
  }

  /** Whether the cluster has to begin with an earlier version. */
  boolean needsEarlierVersion() {
    return needs == Needs.EARLIER_VERSION;
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
