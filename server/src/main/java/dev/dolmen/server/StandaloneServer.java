package dev.dolmen.server;

import dev.dolmen.model.kernel.Kernels;
import dev.dolmen.parameterstore.table.TableFactory;
import dev.dolmen.server.api.Endpoints;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.server.config.ServerConfig;
import dev.dolmen.server.metrics.MetricsEndpoint;
import dev.dolmen.trainer.Engine;
import dev.dolmen.trainer.LogFactory;
import io.grpc.ServiceDescriptor;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.services.HealthStatusManager;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * The whole product in one process: engine, gRPC services, health, reflection and metrics.
 *
 * <p>The ports are taken first; until the engine has caught up with its log and the JVM is warm,
 * health says NOT_SERVING and calls end with UNAVAILABLE. {@link #close} says NOT_SERVING, lets
 * running calls end, then lets the engine learn what is logged and take a snapshot.
 */
public final class StandaloneServer implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(StandaloneServer.class);

  private final ServerConfig config;
  private final Level said;
  private final PrometheusMeterRegistry meters =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final HealthStatusManager health = new HealthStatusManager();
  private final ServiceRegistry services = new ServiceRegistry();
  private final JvmGcMetrics gcMetrics = new JvmGcMetrics();
  private final GrpcTransport transport;
  private final MetricsEndpoint metrics;
  private final Engine engine;
  private volatile String notReady = "starting: the log is being replayed";
  private boolean closed;

  /** Starts with the machine's clock. */
  public static StandaloneServer start(DolmenConfig config) throws StartException {
    return start(config, InstantSource.system());
  }

  /**
   * Starts; returns when it serves.
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
    return new StandaloneServer(config, clock, logs, false);
  }

  /** Starts one that is thrown away and does not speak of itself. */
  static StandaloneServer startTemporary(DolmenConfig config, InstantSource clock)
      throws StartException {
    return new StandaloneServer(config, clock, LogFactory.CONFIGURED, true);
  }

  private StandaloneServer(
      DolmenConfig config, InstantSource clock, LogFactory logs, boolean temporary)
      throws StartException {
    this.config = config.server();
    said = temporary ? Level.DEBUG : Level.INFO;
    Kernels kernels = Kernels.best();
    LOG.atLevel(said).log("Computes with {} kernels: {}", kernels.name(), kernels.reason());
    checkDirectory(config.dataDirectory());
    setHealth(ServingStatus.NOT_SERVING);
    bindJvmMetrics();
    GrpcTransport startedTransport = null;
    MetricsEndpoint startedMetrics = null;
    try {
      startedTransport = GrpcTransport.start(config.server(), health, services);
      startedMetrics = startMetrics();
      engine = Engine.open(config.engine(), clock, meters, TableFactory.COLLISIONLESS, logs);
    } catch (IOException | RuntimeException | StartException e) {
      closeQuietly(startedTransport);
      closeQuietly(startedMetrics);
      if (e instanceof StartException known) {
        throw known;
      }
      throw new StartException("data_directory: " + config.dataDirectory() + ": " + message(e), e);
    }
    transport = startedTransport;
    metrics = startedMetrics;
    notReady = "starting: warming up";
    WarmUp.run(config, config.dataDirectory().resolve("warm-up"), clock);
    services.open(
        Endpoints.over(engine, this.config, clock, new RequestIds(), Version.current(), meters));
    notReady = "";
    setHealth(ServingStatus.SERVING);
    LOG.atLevel(said)
        .log(
            "Serving gRPC on {}:{} and metrics on {}:{}, data in {}",
            this.config.host(),
            port(),
            this.config.metricsHost(),
            metricsPort(),
            config.dataDirectory().toAbsolutePath());
  }

  /** The port of gRPC. */
  public int port() {
    return transport.port();
  }

  /** The port of {@code /metrics} and the probes. */
  public int metricsPort() {
    return metrics.port();
  }

  /** The engine, for those who measure in the same process. */
  public Engine engine() {
    return engine;
  }

  /** All meters of the process. */
  public PrometheusMeterRegistry meters() {
    return meters;
  }

  /** Stops: not ready, drain, learn, snapshot. Calling it again does nothing. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    notReady = "stopping";
    setHealth(ServingStatus.NOT_SERVING);
    LOG.atLevel(said).log("Stopping: waiting for running calls");
    transport.drain(config.shutdownGrace());
    engine.close();
    metrics.close();
    gcMetrics.close();
    meters.close();
    LOG.atLevel(said).log("Stopped");
  }

  private MetricsEndpoint startMetrics() throws StartException {
    InetSocketAddress address = new InetSocketAddress(config.metricsHost(), config.metricsPort());
    try {
      return new MetricsEndpoint(address, meters, this::notReadyReason);
    } catch (IOException e) {
      throw new StartException(
          "server.metrics_port: "
              + config.metricsHost()
              + ":"
              + config.metricsPort()
              + " cannot be listened on: "
              + GrpcTransport.rootMessage(e),
          e);
    }
  }

  private String notReadyReason() {
    if (!notReady.isEmpty()) {
      return notReady;
    }
    String failure = engine.status().failure();
    return failure == null ? "" : "the trainer has stopped: " + failure;
  }

  private void setHealth(ServingStatus status) {
    health.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, status);
    for (ServiceDescriptor service : ServiceRegistry.SERVICES) {
      health.setStatus(service.getName(), status);
    }
  }

  private void bindJvmMetrics() {
    new JvmMemoryMetrics().bindTo(meters);
    new JvmThreadMetrics().bindTo(meters);
    new ClassLoaderMetrics().bindTo(meters);
    new ProcessorMetrics().bindTo(meters);
    gcMetrics.bindTo(meters);
  }

  /** Finds out before anything else whether the directory can be written to. */
  private static void checkDirectory(Path directory) throws StartException {
    try {
      Files.createDirectories(directory);
      Files.delete(Files.createTempFile(directory, "write-test", null));
    } catch (FileAlreadyExistsException e) {
      throw new StartException("data_directory: " + e.getFile() + " is not a directory", e);
    } catch (IOException e) {
      throw new StartException(
          "data_directory: " + directory + " cannot be written to: " + message(e), e);
    }
  }

  private static String message(Throwable e) {
    String message = e.getMessage();
    return message == null ? e.toString() : message;
  }

  private static void closeQuietly(@org.jspecify.annotations.Nullable Closeable closeable) {
    try {
      if (closeable != null) {
        closeable.close();
      }
    } catch (IOException e) {
      LOG.warn("Closing failed", e);
    }
  }
}
