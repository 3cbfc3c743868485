package dev.dolmen.server;

import dev.dolmen.server.api.ArrivalTimes;
import dev.dolmen.server.api.Endpoints;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.server.config.ServerConfig;
import dev.dolmen.server.metrics.MetricsEndpoint;
import dev.dolmen.trainer.SnapshotView;
import dev.dolmen.v1.AdminServiceGrpc;
import dev.dolmen.v1.RecommendationServiceGrpc;
import io.grpc.ServiceDescriptor;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.services.HealthStatusManager;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves recommendations from one snapshot, beside the server that owns the data directory or
 * without one: reads it once and writes nothing there. Feedback and changes are refused, and what
 * was shown is not logged. Health says SERVING but for feedback and catalogue.
 */
public final class SnapshotServer implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(SnapshotServer.class);

  private final ServerConfig config;
  private final PrometheusMeterRegistry meters =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final HealthStatusManager health = new HealthStatusManager();
  private final ServiceRegistry services = new ServiceRegistry(this::notServing);
  private final GrpcTransport transport;
  private final MetricsEndpoint metrics;
  private final SnapshotView reading;
  private volatile String notReady = "starting: the snapshot is being read";
  private boolean closed;

  /**
   * Starts; returns when it serves.
   *
   * @param id of the snapshot
   * @throws StartException if there is no such snapshot, naming those that there are; if it cannot
   *     be read or does not fit the configuration, or a port is in use
   */
  public static SnapshotServer start(DolmenConfig config, String id, InstantSource clock)
      throws StartException {
    return new SnapshotServer(config, id, clock);
  }

  private SnapshotServer(DolmenConfig config, String id, InstantSource clock)
      throws StartException {
    this.config = config.server();
    health(ServingStatus.NOT_SERVING);
    new JvmMemoryMetrics().bindTo(meters);
    GrpcTransport startedTransport = null;
    MetricsEndpoint startedMetrics = null;
    try {
      startedTransport = GrpcTransport.start(this.config, health, services, arrivals());
      startedMetrics =
          StandaloneServer.startMetrics(this.config, meters, this::notServing, this::notTaking);
      reading = SnapshotView.open(config.engine(), id);
    } catch (IOException | RuntimeException | StartException e) {
      StandaloneServer.closeQuietly(startedTransport);
      StandaloneServer.closeQuietly(startedMetrics);
      if (e instanceof StartException known) {
        throw known;
      }
      throw new StartException("--snapshot: " + StandaloneServer.message(e), e);
    }
    transport = startedTransport;
    metrics = startedMetrics;
    notReady = "starting: warming up";
    warmUp(config, clock);
    services.open(
        Endpoints.readOnly(
            reading, this.config, clock, new RequestIds(), Version.current(), meters));
    notReady = "";
    health.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, ServingStatus.SERVING);
    health.setStatus(RecommendationServiceGrpc.SERVICE_NAME, ServingStatus.SERVING);
    health.setStatus(AdminServiceGrpc.SERVICE_NAME, ServingStatus.SERVING);
    LOG.info(
        "Serving snapshot {} on {}:{}, reading only", reading.id(), this.config.host(), port());
  }

  private ArrivalTimes arrivals() {
    return new ArrivalTimes(meters.config().clock()::monotonicTime);
  }

  /** Nothing may be written beside the snapshot. */
  private static void warmUp(DolmenConfig config, InstantSource clock) {
    @Nullable Path directory = null;
    try {
      directory = Files.createTempDirectory("dolmen-warm-up-");
      WarmUp.run(config, directory.resolve("data"), clock);
    } catch (IOException e) {
      LOG.warn("Not warmed up: the first requests will be slow", e);
    } finally {
      deleteQuietly(directory);
    }
  }

  private static void deleteQuietly(@Nullable Path directory) {
    try {
      if (directory != null) {
        DirectoryTree.delete(directory);
      }
    } catch (IOException e) {
      LOG.warn("{} could not be deleted", directory, e);
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

  private String notServing() {
    return notReady;
  }

  private String notTaking() {
    return notReady.isEmpty()
        ? "snapshot " + reading.id() + " is served, nothing is taken"
        : notReady;
  }

  private void health(ServingStatus status) {
    health.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, status);
    for (ServiceDescriptor service : ServiceRegistry.SERVICES) {
      health.setStatus(service.getName(), status);
    }
  }

  /** Lets running calls end. Calling it again does nothing. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    notReady = "stopping";
    health(ServingStatus.NOT_SERVING);
    transport.drain(config.shutdownGrace());
    metrics.close();
    StandaloneServer.closeQuietly(reading);
    meters.close();
    LOG.info("Stopped");
  }
}
