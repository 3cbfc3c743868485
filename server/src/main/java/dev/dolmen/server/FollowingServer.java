package dev.dolmen.server;

import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.trainer.Follower;
import dev.dolmen.trainer.log.AwaitedLog;
import dev.dolmen.trainer.log.LogFactory;
import java.io.Closeable;
import java.time.InstantSource;
import java.util.concurrent.ExecutionException;
import org.slf4j.event.Level;

/** A process that answers with what a trainer elsewhere has learned ({@code --role server}). */
public final class FollowingServer implements Closeable {
  private final Front front;
  private final Follower follower;

  private FollowingServer(Front front, Follower follower) {
    this.front = front;
    this.follower = follower;
  }

  /**
   * Starts; returns when it serves.
   *
   * @throws StartException if a port is in use, Kafka or its topics cannot be used, or the trainer
   *     learns another model or schema
   */
  public static FollowingServer start(DolmenConfig config, InstantSource clock)
      throws StartException {
    StandaloneServer.checkDirectory(config.dataDirectory());
    Front front = new Front(config, clock, "starting: the topics are being read", Level.INFO);
    FollowingBackend backend =
        front.serve(
            "log.kafka",
            (meters, why) ->
                FollowingBackend.open(
                    config, clock, new AwaitedLog(LogFactory.SHARED, why), meters));
    return new FollowingServer(front, backend.follower());
  }

  /**
   * Returns when it follows no more because something is wrong, and never otherwise.
   *
   * @return what
   */
  public String awaitFailure() throws InterruptedException {
    try {
      return follower.failed().get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e); // It never ends so.
    }
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

  /** The follower, for those who measure in the same process. */
  public Follower follower() {
    return follower;
  }

  /** Lets running calls end. Calling it again does nothing. */
  @Override
  public void close() {
    front.close();
  }
}
