package dev.dolmen.server;

import dev.dolmen.server.config.AuditConfig;
import dev.dolmen.server.config.DolmenConfig;
import java.io.Closeable;
import java.time.InstantSource;
import org.slf4j.event.Level;

/**
 * Serves recommendations from one snapshot, next to the server that owns the data directory or
 * without one: reads it once and writes nothing there. Feedback and changes are refused, and what
 * was shown is not logged. Health says SERVING but for feedback and catalogue.
 */
public final class SnapshotServer implements Closeable {
  private final Front front;

  private SnapshotServer(Front front) {
    this.front = front;
  }

  /**
   * Starts; returns when it serves.
   *
   * @param id of the snapshot
   * @throws StartException if there is no such snapshot, naming those that there are; if it cannot
   *     be read or does not fit the configuration, or a port is in use
   */
  public static SnapshotServer start(DolmenConfig config, String id, InstantSource clock)
      throws StartException {
    // Nothing is changed there, and nothing is written to the directory.
    DolmenConfig reading = config.withServer(config.server().with(s -> s.audit(AuditConfig.OFF)));
    Front front = new Front(reading, clock, "starting: the snapshot is being read", Level.INFO);
    front.serve("--snapshot", (meters, why) -> SnapshotBackend.open(config, id, clock, meters));
    return new SnapshotServer(front);
  }

  /** The port of gRPC. */
  public int port() {
    return front.port();
  }

  /** The port of HTTP with JSON; -1 if {@code server.http.enabled} is off. */
  public int httpPort() {
    return front.httpPort();
  }

  /** The port of {@code /metrics} and the probes; -1 if {@code server.metrics} is off. */
  public int metricsPort() {
    return front.metricsPort();
  }

  /** Lets running calls end. Calling it again does nothing. */
  @Override
  public void close() {
    front.close();
  }
}
