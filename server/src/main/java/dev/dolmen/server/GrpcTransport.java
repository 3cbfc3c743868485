package dev.dolmen.server;

import dev.dolmen.server.api.ArrivalTimes;
import dev.dolmen.server.api.CallThreads;
import dev.dolmen.server.api.Endpoints;
import dev.dolmen.server.api.MemoryGate;
import dev.dolmen.server.api.RequestArrival;
import dev.dolmen.server.budget.CallMemory;
import dev.dolmen.server.budget.FairThreads;
import dev.dolmen.server.budget.MemoryBudget;
import dev.dolmen.server.config.MemoryLimits;
import dev.dolmen.server.config.ServerConfig;
import dev.dolmen.server.config.ServerConfig.ConnectionLimits;
import dev.dolmen.server.config.ServerConfig.ServicesConfig;
import dev.dolmen.server.quota.Quotas;
import dev.dolmen.v1.AdminServiceGrpc;
import io.grpc.BindableService;
import io.grpc.HandlerRegistry;
import io.grpc.Server;
import io.grpc.ServerCredentials;
import io.grpc.ServerInterceptor;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionService;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * gRPC over Netty. Calls that wait, for the log, the trainer, the caller, run on virtual threads
 * ({@link CallThreads}). Ranking computes, so it has threads of its own, as many as there are
 * processors; a queue before them is bounded in time, and refuses what would wait for longer.
 */
final class GrpcTransport implements Closeable {
  private final ServerConfig config;
  private final ServerCredentials credentials;
  private final List<ServerInterceptor> gates;
  private final HealthStatusManager health;
  private final MeterRegistry meters;
  private final FairThreads ranking;
  private final ExecutorService waiting =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("dolmen-call-", 0).factory());
  private final CallThreads callThreads;
  private final RequestArrival arrival;
  private final Quotas quotas;
  private final Connections connections;
  private final MemoryBudget memory;
  private final List<Server> servers = new ArrayList<>();

  private GrpcTransport(
      ServerConfig config,
      ServerCredentials credentials,
      List<ServerInterceptor> gates,
      HealthStatusManager health,
      MeterRegistry meters) {
    this.config = config;
    this.credentials = credentials;
    this.gates = gates;
    this.health = health;
    this.meters = meters;
    ranking = rankingThreads(config, meters);
    callThreads = new CallThreads(waiting, config.access().jwt().enabled());
    arrival = new RequestArrival(config.limits().requestArrival(), meters);
    quotas = new Quotas(config.quotas(), meters);
    connections =
        new Connections(FileLimit.connections(config.limits().connections().max()), meters);
    memory = memoryBudget(config, connections, meters);
  }

  /**
   * Listens: on one address, or, where the admin service has its own, on two.
   *
   * @param gates see every call before anything else does, in this order
   * @throws StartException if a port cannot be listened on, or TLS not be set up
   */
  static GrpcTransport start(
      ServerConfig config,
      ServerCredentials credentials,
      List<ServerInterceptor> gates,
      HealthStatusManager health,
      ServiceRegistry services,
      MeterRegistry meters)
      throws StartException {
    GrpcTransport transport = new GrpcTransport(config, credentials, gates, health, meters);
    ServicesConfig offered = config.services();
    boolean listens = false;
    try {
      transport.listen(
          "server.port",
          new InetSocketAddress(config.host(), config.port()),
          services.only(name -> !isAdmin(name) || (offered.admin() && !offered.ownAdmin())));
      if (offered.ownAdmin()) {
        transport.listen(
            "server.admin_port",
            new InetSocketAddress(offered.adminHost(), offered.adminPort()),
            services.only(GrpcTransport::isAdmin));
      }
      listens = true;
      return transport;
    } finally {
      if (!listens) {
        transport.close();
      }
    }
  }

  private static boolean isAdmin(String service) {
    return service.equals(AdminServiceGrpc.SERVICE_NAME);
  }

  private void listen(String key, InetSocketAddress address, HandlerRegistry services)
      throws StartException {
    int maxMessageBytes = config.limits().maxMessageBytes();
    ConnectionLimits limits = config.limits().connections();
    NettyServerBuilder server =
        quotas
            .guard(connections.under(NettyServerBuilder.forAddress(address, credentials)))
            .directExecutor() // Of what finds the method; then it is up to these.
            .callExecutor(callThreads)
            .addStreamTracerFactory(callThreads)
            .handshakeTimeout(limits.handshakeTimeout().toMillis(), TimeUnit.MILLISECONDS)
            .maxRstFramesPerWindow(
                limits.maxResets(), (int) ConnectionLimits.RESETS_WINDOW.toSeconds())
            .maxInboundMetadataSize(limits.maxHeaderBytes())
            .intercept(arrival)
            .intercept(new MemoryGate())
            .flowControlWindow(config.limits().memory().windowBytes())
            .addStreamTracerFactory(CallMemory.tracers(memory))
            .maxInboundMessageSize(maxMessageBytes)
            .maxConcurrentCallsPerConnection(config.limits().maxConcurrentStreams())
            .keepAliveTime(config.keepAlive().interval().toMillis(), TimeUnit.MILLISECONDS)
            .keepAliveTimeout(config.keepAlive().timeout().toMillis(), TimeUnit.MILLISECONDS)
            .permitKeepAliveTime(
                config.keepAlive().permitInterval().toMillis(), TimeUnit.MILLISECONDS)
            .permitKeepAliveWithoutCalls(true)
            .maxConnectionIdle(
                config.keepAlive().maxConnectionIdle().toMillis(), TimeUnit.MILLISECONDS)
            .addStreamTracerFactory(new ArrivalTimes(this::nanoTime))
            .addService(Endpoints.strict(health.getHealthService(), maxMessageBytes))
            .fallbackHandlerRegistry(services);
    if (config.services().reflection()) {
      server.addService(Endpoints.strict(ProtoReflectionServiceV1.newInstance(), maxMessageBytes));
      server.addService(Endpoints.strict(olderReflection(), maxMessageBytes));
    }
    gates.reversed().forEach(server::intercept); // The last one named is the first to see a call.
    try {
      servers.add(server.build().start());
    } catch (IOException e) {
      throw notListening(key, address.getHostString(), address.getPort(), e);
    }
  }

  private static MemoryBudget memoryBudget(
      ServerConfig config, Connections connections, MeterRegistry meters) {
    MemoryLimits limits = config.limits().memory();
    long heapBytes = Runtime.getRuntime().maxMemory();
    int maxMessageBytes = config.limits().maxMessageBytes();
    return new MemoryBudget(
        limits.processBytes(heapBytes, maxMessageBytes),
        limits.connectionBytes(heapBytes, maxMessageBytes),
        connections::end,
        meters);
  }

  private static FairThreads rankingThreads(ServerConfig config, MeterRegistry meters) {
    int processors = Runtime.getRuntime().availableProcessors();
    return new FairThreads(
        config.workerThreads() == 0 ? processors : config.workerThreads(),
        new FairThreads.Bounds(
            config.limits().maxConcurrentRequests(), config.limits().queueWait()),
        config.sharing(),
        meters.config().clock()::monotonicTime,
        Thread.ofPlatform().name("dolmen-rank-", 0).daemon().factory());
  }

  /** The threads that rank; they refuse what the queue before them has no room for. */
  FairThreads ranking() {
    return ranking;
  }

  int port() {
    return servers.getFirst().getPort();
  }

  /** Where the admin service is, if it is anywhere. */
  int adminPort() {
    return servers.getLast().getPort();
  }

  private long nanoTime() {
    return meters.config().clock().monotonicTime();
  }

  /** Takes no new calls, waits for the running ones, then ends those that are left. */
  void drain(Duration grace) {
    servers.forEach(Server::shutdown);
    try {
      boolean ended = true;
      long endNanos = nanoTime() + grace.toNanos();
      for (Server server : servers) {
        // The admin service's calls have what the others' leave of the time.
        ended &= server.awaitTermination(endNanos - nanoTime(), TimeUnit.NANOSECONDS);
      }
      if (!ended) {
        close();
        servers.getFirst().awaitTermination(1, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    close();
  }

  @Override
  public void close() {
    servers.forEach(Server::shutdownNow);
    ranking.close();
    waiting.shutdownNow();
    arrival.close();
    quotas.close();
    connections.close();
  }

  /** Many tools still ask for v1alpha first, or for nothing else. */
  @SuppressWarnings("deprecation") // As long as gRPC has it.
  private static BindableService olderReflection() {
    return ProtoReflectionService.newInstance();
  }

  /** What keeps a port from being listened on. */
  static StartException notListening(String key, String host, int port, IOException e) {
    return new StartException(
        key + ": " + host + ":" + port + " cannot be listened on: " + rootMessage(e), e);
  }

  private static String rootMessage(Throwable thrown) {
    Throwable root = thrown;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String message = root.getMessage() == null ? root.toString() : root.getMessage();
    return message.contains("Address already in use") ? "it is in use by another process" : message;
  }
}
