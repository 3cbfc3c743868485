package dev.dolmen.traffic.drill.cluster;

/**
 * Whether there are the libraries of what a drill starts besides Dolmen, which an image is built
 * without.
 */
final class Installed {
  private Installed() {}

  /** Those of Kafka's brokers. */
  static boolean brokers() {
    return has("kafka.server.KafkaRaftServer");
  }

  /** Those of the store of snapshots. */
  static boolean store() {
    return has("org.gaul.s3proxy.Main");
  }

  /** Whether there is a class of that name; it is not initialized. */
  static boolean has(String name) {
    try {
      var _ = Class.forName(name, false, Installed.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }
}
