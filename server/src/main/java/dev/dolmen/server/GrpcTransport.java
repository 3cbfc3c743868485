package dev.dolmen.server;

import dev.dolmen.server.api.ArrivalTimes;
import dev.dolmen.server.api.CallThreads;
import dev.dolmen.server.api.Endpoints;
import dev.dolmen.server.api.MemoryGate;
import dev.dolmen.server.api.RequestArrival;
import dev.dolmen.server.budget.CallMemory;
import dev.dolmen.server.budget.FairThreads;
import dev.dolmen.server.budget.MemoryBudget;
import dev.dolmen.server.config.HttpConfig;
import dev.dolmen.server.config.MemoryLimits;
import dev.dolmen.server.config.ServerConfig;
import dev.dolmen.server.config.ServerConfig.ConnectionLimits;
import dev.dolmen.server.config.ServerConfig.LimitsConfig;
import dev.dolmen.server.config.ServerConfig.ServicesConfig;
import dev.dolmen.server.console.ConsoleFiles;
import dev.dolmen.server.http.HttpFront;
import dev.dolmen.server.http.HttpRoutes;
import dev.dolmen.server.http.HttpSetup;
import dev.dolmen.server.http.ServedFiles;
import dev.dolmen.server.quota.Quotas;
import dev.dolmen.server.trace.TracedStream;
import dev.dolmen.v1.AdminServiceGrpc;
import io.grpc.BindableService;
import io.grpc.HandlerRegistry;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.internal.ServerImplBuilder;
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
import org.jspecify.annotations.Nullable;

/**
 * gRPC over Netty, and the same calls over HTTP/1.1. Calls that wait, for the log, the trainer, the
 * caller, run on virtual threads ({@link CallThreads}). Ranking computes, so it has threads of its
 * own, as many as there are processors; a queue before them is bounded in time, and refuses what
 * would wait for longer.
 */
final class GrpcTransport implements Closeable {
  private final ServerConfig config;
  private final Passage passage;
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
  private @Nullable Server http;

  private GrpcTransport(
      ServerConfig config, Passage passage, HealthStatusManager health, MeterRegistry meters) {
    this.config = config;
    this.passage = passage;
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
   * Listens: on one address, or, where the admin service has its own, on two, and for HTTP on
   * another.
   *
   * @throws StartException if a port cannot be listened on, or TLS not be set up
   */
  static GrpcTransport start(
      ServerConfig config,
      Passage passage,
      HealthStatusManager health,
      ServiceRegistry services,
      MeterRegistry meters)
      throws StartException {
    GrpcTransport transport = new GrpcTransport(config, passage, health, meters);
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
      if (config.http().enabled()) {
        transport.listenForHttp(
            services.only(name -> !isAdmin(name) || (offered.admin() && !offered.ownAdmin())));
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
        guarded(
                connections.under(
                    NettyServerBuilder.forAddress(address, passage.tls().credentials())))
            .maxRstFramesPerWindow(
                limits.maxResets(), (int) ConnectionLimits.RESETS_WINDOW.toSeconds())
            .maxInboundMetadataSize(limits.maxHeaderBytes())
            .flowControlWindow(config.limits().memory().windowBytes())
            .maxInboundMessageSize(maxMessageBytes)
            .maxConcurrentCallsPerConnection(config.limits().maxConcurrentStreams())
            .keepAliveTime(config.keepAlive().interval().toMillis(), TimeUnit.MILLISECONDS)
            .keepAliveTimeout(config.keepAlive().timeout().toMillis(), TimeUnit.MILLISECONDS)
            .permitKeepAliveTime(
                config.keepAlive().permitInterval().toMillis(), TimeUnit.MILLISECONDS)
            .permitKeepAliveWithoutCalls(true)
            .maxConnectionIdle(
                config.keepAlive().maxConnectionIdle().toMillis(), TimeUnit.MILLISECONDS)
            .addService(Endpoints.strict(health.getHealthService(), maxMessageBytes))
            .fallbackHandlerRegistry(services);
    if (config.services().reflection()) {
      server.addService(Endpoints.strict(ProtoReflectionServiceV1.newInstance(), maxMessageBytes));
      server.addService(Endpoints.strict(olderReflection(), maxMessageBytes));
    }
    if (passage.traces().isOn()) {
      server.addStreamTracerFactory(TracedStream.ofGrpc(passage.traces()));
    }
    servers.add(start(key, address, passing(server)));
  }

  private void listenForHttp(HandlerRegistry services) throws StartException {
    HttpConfig offered = config.http();
    InetSocketAddress address = new InetSocketAddress(offered.host(), offered.port());
    LimitsConfig limits = config.limits();
    HttpSetup setup =
        new HttpSetup(
            address,
            connections.bootstrap(),
            passage.tls().http(),
            HttpRoutes.of(ServiceRegistry.SERVICES, Version.current()),
            offered.console() ? ConsoleFiles.read() : ServedFiles.none(),
            offered.console() ? passage.signIn() : null,
            passage.browsers(),
            passage.traces(),
            waiting,
            new HttpSetup.Limits(
                limits.maxMessageBytes(),
                limits.connections().maxHeaderBytes(),
                limits.memory().windowBytes(),
                limits.connections().handshakeTimeout(),
                limits.requestArrival(),
                offered.idleTimeout(),
                offered.answerTimeout()));
    ServerImplBuilder server = guarded(connections.counting(HttpFront.server(setup)));
    http = start("server.http.port", address, passing(server.fallbackHandlerRegistry(services)));
  }

  /** What counts and bounds calls, and the threads that they are handled on. */
  private <B extends ServerBuilder<B>> B guarded(B server) {
    return quotas
        .guard(server)
        .directExecutor() // Of what finds the method; then it is up to these.
        .callExecutor(callThreads)
        .addStreamTracerFactory(callThreads)
        .handshakeTimeout(
            config.limits().connections().handshakeTimeout().toMillis(), TimeUnit.MILLISECONDS)
        .intercept(arrival)
        .intercept(new MemoryGate())
        .addStreamTracerFactory(CallMemory.tracers(memory))
        .addStreamTracerFactory(new ArrivalTimes(this::nanoTime));
  }

  /** Puts the gates before all else: the last one named is the first to see a call. */
  private <B extends ServerBuilder<B>> B passing(B server) {
    passage.gates().reversed().forEach(server::intercept);
    return server;
  }

  private static Server start(String key, InetSocketAddress address, ServerBuilder<?> server)
      throws StartException {
    try {
      return server.build().start();
    } catch (IOException e) {
      throw notListening(key, address.getHostString(), address.getPort(), e);
    }
  }

  private List<Server> all() {
    List<Server> all = new ArrayList<>(servers);
    if (http != null) {
      all.add(http);
    }
    return all;
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

  /** Where HTTP is answered; -1 if it is not. */
  int httpPort() {
    return http == null ? -1 : http.getPort();
  }

  private long nanoTime() {
    return meters.config().clock().monotonicTime();
  }

  /** Takes no new calls, waits for the running ones, then ends those that are left. */
  void drain(Duration grace) {
    all().forEach(Server::shutdown);
    try {
      boolean ended = true;
      long endNanos = nanoTime() + grace.toNanos();
      for (Server server : all()) {
        // Each one's calls have what those of the others before leave of the time.
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
    all().forEach(Server::shutdownNow);
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
