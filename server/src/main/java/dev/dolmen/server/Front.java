package dev.dolmen.server;

import dev.dolmen.server.access.Access;
import dev.dolmen.server.access.Refusal;
import dev.dolmen.server.api.Endpoints;
import dev.dolmen.server.audit.AuditLog;
import dev.dolmen.server.charts.Charts;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.server.config.ListenHosts;
import dev.dolmen.server.config.OtlpConfig;
import dev.dolmen.server.config.ServerConfig;
import dev.dolmen.server.http.BrowserGuard;
import dev.dolmen.server.metrics.MetricsEndpoint;
import dev.dolmen.server.metrics.MetricsGuard;
import dev.dolmen.server.metrics.Probes;
import dev.dolmen.server.metrics.ProcessMeters;
import dev.dolmen.server.otlp.OtlpTelemetry;
import dev.dolmen.server.reload.UnusableFileException;
import dev.dolmen.server.tls.ServerTls;
import dev.dolmen.server.trace.CallTraces;
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
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * What every server has, whatever it answers with: ports, services with what stands before them,
 * health and probes, meters, and the order in which they open and close.
 *
 * <p>The ports are taken first. Until there is something to answer with and the JVM is warm, calls
 * end with UNAVAILABLE and why; the status can be asked as soon as the {@link Backend} is open.
 * Recommendations are served before feedback is taken, where the backend takes any, and health and
 * probes tell the two apart. {@link #close} says NOT_SERVING, lets running calls end, then closes
 * the backend; the meters can be read until that is done.
 */
final class Front implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(Front.class);

  private final ServerConfig config;
  private final InstantSource clock;
  private final Level said;
  private final PrometheusMeterRegistry meters =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final JvmGcMetrics gcMetrics = new JvmGcMetrics();
  private final HealthStatusManager health = new HealthStatusManager();
  private final ServiceRegistry services = new ServiceRegistry(this::notServing);
  private final DolmenConfig whole;
  private final Access access;
  private final AuditLog audit;
  private final ServerTls tls;
  private final @Nullable OtlpTelemetry telemetry;
  private final Charts charts;
  private final GrpcTransport transport;
  private final @Nullable MetricsEndpoint metrics;

  /** Why nothing is served; empty while recommendations are. */
  private volatile Supplier<String> notReady;

  private volatile @Nullable Backend backend;
  private volatile boolean closed;

  /** Guards what health is told last; nothing waits while it is held, as {@link #close} does. */
  private final Object telling = new Object();

  private boolean failed;

  /**
   * Takes the ports and answers why nothing is served yet.
   *
   * @param starting what callers are told until there is a backend
   * @param said level at which it speaks of itself
   * @throws StartException if a port cannot be listened on, TLS not be set up, the keys of callers
   *     not be read, files for the collector not be used, or everybody would be let in
   */
  Front(DolmenConfig whole, InstantSource clock, String starting, Level said)
      throws StartException {
    this.whole = whole;
    this.clock = clock;
    this.said = said;
    notReady = () -> starting;
    setHealth(ServingStatus.NOT_SERVING);
    bindJvmMetrics();
    access = openAccess(whole);
    audit = new AuditLog(whole.server().audit(), whole.dataDirectory(), clock, meters);
    boolean listens = false;
    ServerTls secured = null;
    GrpcTransport started = null;
    OtlpTelemetry sending = null;
    Charts asking = null;
    try {
      config = StartCheck.hosts(whole.server(), access.isAsked());
      secured = openTls();
      tls = secured;
      sending = openTelemetry(whole.telemetry());
      telemetry = sending;
      asking = openCharts(config);
      charts = asking;
      started = GrpcTransport.start(config, passage(), health, services, meters);
      transport = started;
      metrics = startMetrics();
      charts.start();
      listens = true;
    } finally {
      if (!listens) {
        if (started != null) {
          started.close();
        }
        if (secured != null) {
          secured.close();
        }
        if (sending != null) {
          sending.close();
        }
        if (asking != null) {
          asking.close();
        }
        access.close();
      }
    }
  }

  private Passage passage() {
    BrowserGuard browsers =
        new BrowserGuard(
            config.http().corsOrigins(),
            () -> !access.isAsked() && ListenHosts.isLoopback(config.http().host()));
    return new Passage(
        tls, List.of(access.gate(audit, meters), audit), browsers, access.signIn(audit), traces());
  }

  private CallTraces traces() {
    return telemetry == null ? CallTraces.OFF : telemetry.traces();
  }

  private @Nullable OtlpTelemetry openTelemetry(OtlpConfig sent) throws StartException {
    if (!sent.enabled()) {
      return null; // Nothing of OpenTelemetry is loaded.
    }
    try {
      return new OtlpTelemetry(sent, Version.text(), ServiceRegistry.methodNames(), meters, clock);
    } catch (UnusableFileException e) {
      throw new StartException(String.valueOf(e.getMessage()), e);
    }
  }

  private Charts openCharts(ServerConfig server) throws StartException {
    try {
      return Charts.of(server.http().prometheus(), clock, meters);
    } catch (UnusableFileException e) {
      throw new StartException(String.valueOf(e.getMessage()), e);
    }
  }

  private Access openAccess(DolmenConfig whole) throws StartException {
    ServerConfig server = whole.server();
    try {
      return Access.open(server.access(), whole.dataDirectory(), server.tls().asksClients(), clock);
    } catch (UnusableFileException e) {
      throw new StartException(String.valueOf(e.getMessage()), e);
    }
  }

  private ServerTls openTls() throws StartException {
    try {
      return ServerTls.open(config.tls(), clock, meters);
    } catch (UnusableFileException e) {
      throw new StartException(String.valueOf(e.getMessage()), e);
    }
  }

  /**
   * Opens a backend and serves it; returns when recommendations are answered. Closes everything if
   * that fails.
   *
   * @param where it comes from, for messages
   * @throws StartException if it cannot be opened, or there never will be anything to answer with
   */
  <B extends Backend> B serve(String where, Backend.Opening<B> opening) throws StartException {
    boolean serves = false;
    try {
      B opened = opening.open(meters, reason -> notReady = () -> "starting: " + reason);
      backend = opened;
      List<ServerServiceDefinition> open =
          opened.services(
              new Endpoints(
                  whole.withServer(config),
                  clock,
                  new RequestIds(),
                  Version.text(),
                  meters,
                  transport.ranking(),
                  traces(),
                  charts));
      services.open(admin(open));
      opened.awaitModel(why -> notReady = why);
      notReady = () -> "starting: warming up";
      opened.warmUp();
      services.open(open);
      notReady = () -> "";
      setServing(opened);
      serves = true;
      return opened;
    } catch (IOException | RuntimeException e) {
      throw StartException.of(where, e);
    } finally {
      if (!serves) {
        transport.close();
        closeBehind();
      }
    }
  }

  /** Answers before there is a model: how far the replay is. */
  private static List<ServerServiceDefinition> admin(List<ServerServiceDefinition> services) {
    return services.stream()
        .filter(e -> e.getServiceDescriptor().getName().equals(AdminServiceGrpc.SERVICE_NAME))
        .toList();
  }

  /** Recommendations are served; feedback and changes of the catalogue maybe later, maybe never. */
  private void setServing(Backend opened) {
    health.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, ServingStatus.SERVING);
    health.setStatus(RecommendationServiceGrpc.SERVICE_NAME, ServingStatus.SERVING);
    health.setStatus(AdminServiceGrpc.SERVICE_NAME, ServingStatus.SERVING);
    opened.whenTaking(this::setTaking);
    opened.whenFailed(this::setFailed);
    LOG.atLevel(said)
        .log(
            "Serving gRPC on {}:{}, {} and {}, {}",
            config.host(),
            port(),
            httpPort() < 0
                ? "no HTTP"
                : "HTTP and JSON on " + config.http().host() + ":" + httpPort(),
            metrics == null
                ? "no metrics"
                : "metrics on " + config.metricsHost() + ":" + metrics.port(),
            opened.describe());
    sayWhoGetsIn();
  }

  private void sayWhoGetsIn() {
    if (access.isAsked()) {
      return;
    }
    if (ListenHosts.isLoopback(config.host())) {
      LOG.atLevel(said)
          .log(
              "No key is asked for, so only this machine is let in; dolmen key create makes a key,"
                  + " and the next start listens on all addresses");
    } else {
      LOG.warn(
          "No key is asked for (server.access.insecure): whoever reaches {}:{} may do everything",
          config.host(),
          port());
    }
  }

  /**
   * Nothing is learned any more: whoever asks for health is told, until the process is replaced.
   */
  private void setFailed(String reason) {
    synchronized (telling) {
      if (closed) {
        return;
      }
      failed = true;
      setHealth(ServingStatus.NOT_SERVING);
    }
    LOG.error("Not healthy: {}", reason);
  }

  /** Feedback and changes are taken. More than once is as good as once. */
  void setTaking() {
    synchronized (telling) {
      if (!closed && !failed) {
        setHealth(ServingStatus.SERVING);
      }
    }
  }

  private void setHealth(ServingStatus status) {
    health.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, status);
    for (ServiceDescriptor service : ServiceRegistry.SERVICES) {
      health.setStatus(service.getName(), status);
    }
  }

  /** Why the process should be replaced; empty while it should not. */
  private String notLive() {
    Backend opened = backend;
    return opened == null || closed ? "" : opened.failure();
  }

  private String notServing() {
    String reason = notReady.get();
    Backend opened = backend;
    if (!reason.isEmpty() || opened == null) {
      return reason;
    }
    String failure = opened.failure();
    return failure.isEmpty() ? opened.notToBeAsked() : failure;
  }

  private String notTaking() {
    String reason = notServing();
    Backend opened = backend;
    return reason.isEmpty() && opened != null ? opened.notTaking() : reason;
  }

  int port() {
    return transport.port();
  }

  /** As {@link #port} unless the admin service has an address of its own. */
  int adminPort() {
    return transport.adminPort();
  }

  /** -1 if nothing is answered over HTTP. */
  int httpPort() {
    return transport.httpPort();
  }

  /** -1 if there are no metrics. */
  int metricsPort() {
    return metrics == null ? -1 : metrics.port();
  }

  PrometheusMeterRegistry meters() {
    return meters;
  }

  boolean isClosed() {
    return closed;
  }

  /** Not ready, drain, then the backend. Calling it again does nothing. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    notReady = () -> "stopping";
    synchronized (telling) {
      closed = true;
      setHealth(ServingStatus.NOT_SERVING);
    }
    LOG.atLevel(said).log("Stopping: waiting for running calls");
    transport.drain(config.shutdownGrace());
    closeBehind();
    LOG.atLevel(said).log("Stopped");
  }

  private void closeBehind() {
    charts.close(); // It reads meters of the backend.
    try {
      Backend opened = backend;
      if (opened != null) {
        opened.close();
      }
    } catch (IOException e) {
      LOG.warn("Closing failed", e);
    }
    tls.close();
    access.close();
    audit.close();
    if (telemetry != null) {
      telemetry.close();
    }
    if (metrics != null) {
      metrics.close();
    }
    gcMetrics.close();
    meters.close();
  }

  private @Nullable MetricsEndpoint startMetrics() throws StartException {
    if (!config.metrics()) {
      return null;
    }
    InetSocketAddress address = new InetSocketAddress(config.metricsHost(), config.metricsPort());
    try {
      return new MetricsEndpoint(
          address, meters, new Probes(this::notLive, this::notServing, this::notTaking), guard());
    } catch (IOException e) {
      throw GrpcTransport.notListening(
          "server.metrics_port", config.metricsHost(), config.metricsPort(), e);
    }
  }

  private MetricsGuard guard() {
    return new MetricsGuard() {
      @Override
      public boolean asks() {
        return access.isAskedForMetrics();
      }

      @Override
      public Optional<Refusal> refusal(List<String> authorizations) {
        return access.refuseMetrics(authorizations);
      }
    };
  }

  private void bindJvmMetrics() {
    new JvmMemoryMetrics().bindTo(meters);
    new JvmThreadMetrics().bindTo(meters);
    new ClassLoaderMetrics().bindTo(meters);
    new ProcessMeters(Version.text()).bindTo(meters);
    gcMetrics.bindTo(meters);
  }
}
