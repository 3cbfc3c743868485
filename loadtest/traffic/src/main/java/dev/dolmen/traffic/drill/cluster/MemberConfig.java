package dev.dolmen.traffic.drill.cluster;

import dev.dolmen.server.data.SchemaYaml;
import dev.dolmen.traffic.demo.ShopEvents;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What the configurations of all members of a cluster have in common.
 *
 * @param topic of the log, which nobody else uses; its name is the prefix of snapshots in the store
 * @param replicas of topics; 0 for as many as the brokers make by themselves
 * @param format of syncs
 * @param snapshots seconds between two; null for the product's default
 * @param store of snapshots; null for none
 */
record MemberConfig(
    String topic,
    int replicas,
    String format,
    @Nullable Integer snapshots,
    @Nullable ObjectStoreServer store) {
  /**
   * The text of a member's configuration.
   *
   * @param data its directory
   * @param role trainer or server
   * @param brokers by which it finds Kafka
   */
  String yaml(Path data, String role, String brokers) {
    return """
    data_directory: "%s"
    server:
      host: 127.0.0.1
      metrics_host: 127.0.0.1
      future_tolerance: 24h
      http:
        port: 0
    log:
      kind: kafka
      deduplication_events: 1000000
      kafka:
        bootstrap_servers: "%s"
        topic: %s
        timeout: 5s
        replication_factor: %d
        min_insync_replicas: %d
    cluster:
      role: %s
      format: %s
      takeover: 4s
    snapshots:
      on_close: false
    """
            .formatted(data, brokers, topic, replicas, Math.max(0, replicas - 1), role, format)
        + (snapshots == null ? "" : "  interval: " + snapshots + "s\n")
        + (store == null ? "" : store.yaml(topic))
        + SchemaYaml.write(ShopEvents.schema());
  }
}
