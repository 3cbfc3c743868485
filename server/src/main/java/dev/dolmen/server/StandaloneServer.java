package dev.dolmen.server;

import dev.dolmen.model.kernel.Kernels;
import dev.dolmen.parameterstore.store.TableFactory;
import dev.dolmen.server.api.ArrivalTimes;
import dev.dolmen.server.api.Endpoints;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.server.config.ServerConfig;
import dev.dolmen.server.metrics.MetricsEndpoint;
import dev.dolmen.trainer.Engine;
import dev.dolmen.trainer.ingest.ReplayProgress;
import dev.dolmen.trainer.log.LogFactory;
import dev.dolmen.v1.AdminServiceGrpc;
import dev.dolmen.v1.RecommendationServiceGrpc;
import io.grpc.ServerServiceDefinition;
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
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * The whole product in one process: engine, gRPC services, health, reflection and metrics.
 *
 * <p>The ports are taken first. With a snapshot, recommendations are served as soon as it is
 * restored and the JVM is warm; feedback and changes of the catalogue end with UNAVAILABLE until
 * the log has been replayed, and their services' health says NOT_SERVING. Without one there is
 * nothing but an untrained model and no items: nothing is served before the replay is done. {@link
 * #close} says NOT_SERVING, lets running calls end, then lets the engine learn what is logged and
 * take a snapshot.
 */
public final class StandaloneServer implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(StandaloneServer.class);

  private final ServerConfig config;
  private final Path directory;
  private final Level said;
  private final PrometheusMeterRegistry meters =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final HealthStatusManager health = new HealthStatusManager();
  private final ServiceRegistry services = new ServiceRegistry(this::notServing);
  private final JvmGcMetrics gcMetrics = new JvmGcMetrics();
  private final GrpcTransport transport;
  private final MetricsEndpoint metrics;
  private final Engine engine;

  /** Why nothing is served; empty while recommendations are. */
  private volatile Supplier<String> notReady = () -> "starting: the snapshot is being restored";

  private volatile boolean closed;

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
    return new StandaloneServer(config, clock, logs, false).replayed();
  }

  /**
   * Starts; returns when it serves recommendations, which may be while the log is being replayed.
   *
   * @throws StartException as {@link #start}; what the replay finds comes later, see {@link
   *     #awaitReplayed}
   */
  public static StandaloneServer startServing(
      DolmenConfig config, InstantSource clock, LogFactory logs) throws StartException {
    return new StandaloneServer(config, clock, logs, false);
  }

  /** Starts one that is thrown away and does not speak of itself. */
  static StandaloneServer startTemporary(DolmenConfig config, InstantSource clock)
      throws StartException {
    return new StandaloneServer(config, clock, LogFactory.CONFIGURED, true).replayed();
  }

  private StandaloneServer replayed() throws StartException {
    boolean replayed = false;
    try {
      awaitReplayed();
      replayed = true;
      return this;
    } finally {
      if (!replayed) {
        close();
      }
    }
  }

  private StandaloneServer(
      DolmenConfig config, InstantSource clock, LogFactory logs, boolean temporary)
      throws StartException {
    this.config = config.server();
    directory = config.dataDirectory();
    said = temporary ? Level.DEBUG : Level.INFO;
    Kernels kernels = Kernels.best();
    LOG.atLevel(said).log("Computes with {} kernels: {}", kernels.name(), kernels.reason());
    checkDirectory(config.dataDirectory());
    setHealth(ServingStatus.NOT_SERVING);
    bindJvmMetrics();
    List<ServerServiceDefinition> endpoints;
    GrpcTransport startedTransport = null;
    MetricsEndpoint startedMetrics = null;
    try {
      startedTransport = GrpcTransport.start(config.server(), health, services, arrivals());
      startedMetrics = startMetrics(this.config, meters, this::notServing, this::notTaking);
      engine = Engine.start(config.engine(), clock, meters, TableFactory.COLLISIONLESS, logs);
      endpoints =
          Endpoints.over(engine, this.config, clock, new RequestIds(), Version.current(), meters);
      services.open(List.of(admin(endpoints)));
      awaitModel(engine);
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
    notReady = () -> "starting: warming up";
    WarmUp.run(config, config.dataDirectory().resolve("warm-up"), clock);
    services.open(endpoints);
    notReady = () -> "";
    served();
    LOG.atLevel(said)
        .log(
            "Serving gRPC on {}:{} and metrics on {}:{}, data in {}",
            this.config.host(),
            port(),
            this.config.metricsHost(),
            metricsPort(),
            config.dataDirectory().toAbsolutePath());
  }

  private ArrivalTimes arrivals() {
    return new ArrivalTimes(meters.config().clock()::monotonicTime);
  }

  /** Answers from the beginning: how far the replay is. */
  private static ServerServiceDefinition admin(List<ServerServiceDefinition> endpoints) {
    return endpoints.stream()
        .filter(e -> e.getServiceDescriptor().getName().equals(AdminServiceGrpc.SERVICE_NAME))
        .findFirst()
        .orElseThrow();
  }

  /** Returns when there is something to serve. */
  private void awaitModel(Engine started) throws IOException {
    if (started.hasModel()) {
      return;
    }
    notReady =
        () -> {
          ReplayProgress replay = started.replay();
          return "starting: " + (replay == null ? "the log is replayed" : replay.text());
        };
    boolean replayed = false;
    try {
      started.awaitReplayed();
      replayed = true;
    } finally {
      if (!replayed) {
        started.close();
      }
    }
  }

  /** Recommendations are served; when the log is replayed, everything is. */
  private void served() {
    if (engine.replay() == null) {
      takesFeedback();
      return;
    }
    health.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, ServingStatus.SERVING);
    health.setStatus(RecommendationServiceGrpc.SERVICE_NAME, ServingStatus.SERVING);
    health.setStatus(AdminServiceGrpc.SERVICE_NAME, ServingStatus.SERVING);
    LOG.atLevel(said).log("Serving recommendations; feedback when the log has been replayed");
    var _ = engine.replayed().thenRunAsync(this::takesFeedback);
  }

  private synchronized void takesFeedback() {
    if (!closed) {
      setHealth(ServingStatus.SERVING); // More than once is as good as once.
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
      takesFeedback();
    } catch (IOException e) {
      throw new StartException("data_directory: " + directory + ": " + message(e), e);
    }
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

  /** Whether it was stopped. */
  public boolean isClosed() {
    return closed;
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
    notReady = () -> "stopping";
    setHealth(ServingStatus.NOT_SERVING);
    LOG.atLevel(said).log("Stopping: waiting for running calls");
    transport.drain(config.shutdownGrace());
    engine.close();
    metrics.close();
    gcMetrics.close();
    meters.close();
    LOG.atLevel(said).log("Stopped");
  }

  static MetricsEndpoint startMetrics(
      ServerConfig config,
      PrometheusMeterRegistry meters,
      Supplier<String> notServing,
      Supplier<String> notTaking)
      throws StartException {
    InetSocketAddress address = new InetSocketAddress(config.metricsHost(), config.metricsPort());
    try {
      return new MetricsEndpoint(address, meters, notServing, notTaking);
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

  private String notServing() {
    String reason = notReady.get();
    if (!reason.isEmpty()) {
      return reason;
    }
    String failure = engine.status().progress().failure();
    return failure == null ? "" : "the trainer has stopped: " + failure;
  }

  private String notTaking() {
    String reason = notServing();
    ReplayProgress replay = reason.isEmpty() ? engine.replay() : null;
    return replay == null ? reason : replay.text();
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

  static String message(Throwable e) {
    String message = e.getMessage();
    return message == null ? e.toString() : message;
  }

  static void closeQuietly(@org.jspecify.annotations.Nullable Closeable closeable) {
    try {
      if (closeable != null) {
        closeable.close();
      }
    } catch (IOException e) {
      LOG.warn("Closing failed", e);
    }
  }
}
