package dev.dolmen.traffic.drill;

import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.server.config.ConfigException;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.server.data.SchemaYaml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** The configuration files of the servers that drills start. */
final class DrillConfig {
  private DrillConfig() {}

  /**
   * Writes one. The JVM does not warm up before it serves. Events have the true time, which is a
   * future that the server would refuse when its clock is set back. Streams of events do not end by
   * themselves, so a stop does not wait long for them; it leaves what came after the last snapshot
   * to the log.
   *
   * @param file its folder is made
   * @param data the data directory
   * @param snapshotSec seconds between snapshots; 0 for those that are asked for
   * @param others sections other than these, as YAML
   * @return the file
   */
  static Path write(Path file, Path data, int snapshotSec, Schema schema, String others)
      throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    String yaml =
        """
        data_directory: "%s"
        server:
          host: 127.0.0.1
          metrics_host: 127.0.0.1
          warm_up: 0s
          future_tolerance: 24h
          shutdown_grace: 1s
        snapshots:
          interval: %ds
          max_deltas: 3
          on_close: false
        """
            .formatted(data, snapshotSec);
    return Files.writeString(file, yaml + others + SchemaYaml.write(schema));
  }

  /** Reads one, without the environment. */
  static DolmenConfig load(Path file) throws IOException {
    try {
      return DolmenConfig.load(file, Map.of());
    } catch (ConfigException e) {
      throw new IOException(e.getMessage(), e);
    }
  }
}
