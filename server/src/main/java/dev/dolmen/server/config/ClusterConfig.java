package dev.dolmen.server.config;

import dev.dolmen.trainer.sync.SyncOptions;

/**
 * What a process is among others.
 *
 * @param role what it does
 * @param sync how trainer and servers keep together; means nothing to a process that is alone
 */
public record ClusterConfig(ProcessRole role, SyncOptions sync) {
  /** Alone. */
  public static ClusterConfig alone() {
    return new ClusterConfig(ProcessRole.ALL, SyncOptions.defaults());
  }

  /** This, in another role. */
  public ClusterConfig withRole(ProcessRole other) {
    return new ClusterConfig(other, sync);
  }

  static ClusterConfig read(ConfigSection s) {
    SyncOptions d = SyncOptions.defaults();
    return new ClusterConfig(
        s.choice("role", ProcessRole.ALL),
        d.with(o ->
            o.intervalMs(s.millis("interval", d.intervalMs(), SyncOptions.INTERVAL_MS))
                .format(s.choice("format", d.format()))
                .baseIntervalSec(
                    s.seconds("base_interval", d.baseIntervalSec(), SyncOptions.BASE_INTERVAL_SEC))
                .takeoverMs(s.millis("takeover", d.takeoverMs(), SyncOptions.TAKEOVER_MS))
                .recordBytes(
                    (int) s.bytes("record_bytes", d.recordBytes(), SyncOptions.RECORD_BYTES))
                .readyStalenessMs(
                    s.millis(
                        "ready_staleness", d.readyStalenessMs(), SyncOptions.READY_STALENESS_MS))));
  }
}
