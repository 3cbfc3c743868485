package dev.dolmen.trainer;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** Meters of processes of a cluster: read when the registry is read, and not otherwise. */
public final class FollowerMeters {
  private static final double MS_PER_SEC = 1_000;

  private FollowerMeters() {}

  static void register(Follower follower, MeterRegistry meters) {
    Gauge.builder("dolmen.model.version", follower, f -> f.live().published().modelVersion())
        .description("Batches learned")
        .register(meters);
    Gauge.builder("dolmen.catalog.items", follower, f -> f.live().catalog().size())
        .description("Items")
        .register(meters);
    Gauge.builder("dolmen.sessions", follower, f -> f.live().sessions().size())
        .description("Sessions")
        .register(meters);
    register(meters, follower, Follower::cluster);
  }

  /**
   * Registers those that trainers of a cluster have, too.
   *
   * @param of whose figures they are, kept weakly
   */
  public static <T> void register(MeterRegistry meters, T of, Function<T, ClusterFigures> figures) {
    gauge(
        meters,
        of,
        "dolmen.cluster.epoch",
        "Epoch of the trainer that leads",
        f -> figures.apply(f).epoch());
    gauge(
        meters,
        of,
        "dolmen.cluster.leads",
        "Whether this process leads",
        f -> figures.apply(f).leads() ? 1 : 0);
    gauge(
        meters,
        of,
        "dolmen.cluster.staleness.seconds",
        "For how long the oldest record that is not learned has been known here",
        f -> figures.apply(f).stalenessMs() / MS_PER_SEC);
    counter(
        meters,
        of,
        "dolmen.cluster.sync.bytes",
        "Bytes of syncs, sent or read",
        f -> figures.apply(f).syncBytes());
    counter(
        meters,
        of,
        "dolmen.cluster.records.refused",
        "Records of earlier epochs left out",
        f -> figures.apply(f).refusedRecords());
    counter(
        meters,
        of,
        "dolmen.cluster.events.repeated",
        "Events of the log left out as one of their id had come before",
        f -> figures.apply(f).repeatedEvents());
    counter(
        meters,
        of,
        "dolmen.cluster.apply.cpu.seconds",
        "Processor time that applying log and syncs took",
        f -> figures.apply(f).applyCpuMs() / MS_PER_SEC);
  }

  private static <T> void gauge(
      MeterRegistry meters, T of, String name, String what, ToDoubleFunction<T> value) {
    Gauge.builder(name, of, value).description(what).register(meters);
  }

  private static <T> void counter(
      MeterRegistry meters, T of, String name, String what, ToDoubleFunction<T> value) {
    FunctionCounter.builder(name, of, value).description(what).register(meters);
  }
}
