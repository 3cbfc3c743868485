package dev.dolmen.server;

import dev.dolmen.model.kernel.Kernels;
import dev.dolmen.parameterstore.file.PrivateFiles;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.server.config.MemoryPlan;
import dev.dolmen.trainer.Engine;
import dev.dolmen.trainer.log.AwaitedLog;
import dev.dolmen.trainer.log.LogFactory;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * The whole product in one process: engine, gRPC services, health, reflection and metrics.
 *
 * <p>With a snapshot, recommendations are served as soon as it is restored and the JVM is warm;
 * feedback and changes of the catalogue end with UNAVAILABLE until the log has been replayed, and
 * their services' health says NOT_SERVING. Without one nothing is served before the replay is done.
 */
public final class StandaloneServer implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(StandaloneServer.class);
  private static final String WHERE = "data_directory";

  private final Path directory;
  private final Front front;
  private final Engine engine;

  private StandaloneServer(Path directory, Front front, Engine engine) {
    this.directory = directory;
    this.front = front;
    this.engine = engine;
  }

  /** Starts with the machine's clock. */
  public static StandaloneServer start(DolmenConfig config) throws StartException {
    return start(config, InstantSource.system());
  }

  /**
   * Starts; returns when it serves and the log is replayed.
   *
   * @throws StartException if a port is in use, the data directory cannot be used or is in use by
   *     another process, or what it holds does not fit the configuration
   */
  public static StandaloneServer start(DolmenConfig config, InstantSource clock)
      throws StartException {
    return start(config, clock, LogFactory.CONFIGURED);
  }

  /**
   * As above, with another feedback log: one that is slow, say.
   *
   * @param logs opens it
   */
  public static StandaloneServer start(DolmenConfig config, InstantSource clock, LogFactory logs)
      throws StartException {
    return replayed(startServing(config, clock, logs));
  }

  /**
   * Starts; returns when it serves recommendations, which may be while the log is being replayed.
   *
   * @throws StartException as {@link #start}; what the replay finds comes later, see {@link
   *     #awaitReplayed}
   */
  public static StandaloneServer startServing(
      DolmenConfig config, InstantSource clock, LogFactory logs) throws StartException {
    return serving(config, clock, logs, Level.INFO);
  }

  /** Starts one that is thrown away and does not speak of itself. */
  static StandaloneServer startTemporary(DolmenConfig config, InstantSource clock)
      throws StartException {
    return replayed(serving(config, clock, LogFactory.CONFIGURED, Level.DEBUG));
  }

  private static StandaloneServer serving(
      DolmenConfig config, InstantSource clock, LogFactory logs, Level said) throws StartException {
    Kernels kernels = Kernels.best();
    LOG.atLevel(said).log("Computes with {} kernels: {}", kernels.name(), kernels.reason());
    long heapBytes = Runtime.getRuntime().maxMemory();
    LOG.atLevel(said)
        .log(
            "Takes at most, of a heap of {}: {}",
            MemoryPlan.mebibytes(heapBytes),
            MemoryPlan.of(config, heapBytes).text());
    Path directory = config.dataDirectory();
    checkDirectory(directory);
    Front front = new Front(config, clock, "starting: the snapshot is being restored", said);
    LearningBackend backend =
        front.serve(
            WHERE + ": " + directory,
            (meters, why) ->
                LearningBackend.open(config, clock, new AwaitedLog(logs, why), meters));
    return new StandaloneServer(directory, front, backend.engine());
  }

  private static StandaloneServer replayed(StandaloneServer server) throws StartException {
    boolean replayed = false;
    try {
      server.awaitReplayed();
      replayed = true;
      return server;
    } finally {
      if (!replayed) {
        server.close();
      }
    }
  }

  /**
   * Returns when the log is replayed.
   *
   * @throws StartException if it cannot be, or this is closed before
   */
  public void awaitReplayed() throws StartException {
    try {
      engine.awaitReplayed();
      front.setTaking(); // The replay tells this thread and the one of health in no order.
    } catch (IOException e) {
      throw StartException.of(WHERE + ": " + directory, e);
    }
  }

  /**
   * Returns when training has stopped because something is wrong, and never otherwise.
   *
   * @return what
   */
  public String awaitFailure() throws InterruptedException {
    try {
      return engine.failed().get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e); // It never ends so.
    }
  }

  /** The port of gRPC. */
  public int port() {
    return front.port();
  }

  /** The port of the admin service, if there is one; mostly that of the others. */
  public int adminPort() {
    return front.adminPort();
  }

  /** The port of HTTP with JSON; -1 if {@code server.http.enabled} is off. */
  public int httpPort() {
    return front.httpPort();
  }

  /** The port of {@code /metrics} and the probes; -1 if {@code server.metrics} is off. */
  public int metricsPort() {
    return front.metricsPort();
  }

  /** The engine, for those who measure in the same process. */
  public Engine engine() {
    return engine;
  }

  /** Whether it was stopped. */
  public boolean isClosed() {
    return front.isClosed();
  }

  /** All meters of the process. */
  public PrometheusMeterRegistry meters() {
    return front.meters();
  }

  /** Stops: not ready, drain, learn, snapshot. Calling it again does nothing. */
  @Override
  public void close() {
    front.close();
  }

  /** Finds out before anything else whether the directory can be written to. */
  static void checkDirectory(Path directory) throws StartException {
    try {
      PrivateFiles.createDirectories(directory);
      Files.delete(Files.createTempFile(directory, "write-test", null));
    } catch (FileAlreadyExistsException e) {
      throw new StartException(WHERE + ": " + e.getFile() + " is not a directory", e);
    } catch (IOException e) {
      throw StartException.of(WHERE + ": " + directory + " cannot be written to", e);
    }
  }
}
