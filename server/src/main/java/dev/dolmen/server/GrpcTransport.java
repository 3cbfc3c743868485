package dev.dolmen.server;

import dev.dolmen.server.api.ArrivalTimes;
import dev.dolmen.server.api.RequestArrival;
import dev.dolmen.server.config.ServerConfig;
import dev.dolmen.server.config.ServerConfig.ConnectionLimits;
import dev.dolmen.server.quota.Quotas;
import io.grpc.HandlerRegistry;
import io.grpc.Server;
import io.grpc.ServerCredentials;
import io.grpc.ServerInterceptor;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * gRPC over Netty. Calls run on virtual threads, because they wait: for the log, the trainer, the
 * caller. Ranking computes, so it has threads of its own, as many as there are processors; a queue
 * before them takes as many calls as may be let in at once, and refuses more.
 */
final class GrpcTransport implements Closeable {
  private final Server server;
  private final ExecutorService ranking;
  private final ExecutorService waiting;
  private final RequestArrival arrival;
  private final Quotas quotas;
  private final Connections connections;

  private GrpcTransport(
      Server server,
      ExecutorService ranking,
      ExecutorService waiting,
      RequestArrival arrival,
      Quotas quotas,
      Connections connections) {
    this.server = server;
    this.ranking = ranking;
    this.waiting = waiting;
    this.arrival = arrival;
    this.quotas = quotas;
    this.connections = connections;
  }

  /**
   * Listens.
   *
   * @param gates see every call before anything else does, in this order
   * @throws StartException if the port cannot be listened on, or TLS not be set up
   */
  static GrpcTransport start(
      ServerConfig config,
      ServerCredentials credentials,
      List<ServerInterceptor> gates,
      HealthStatusManager health,
      HandlerRegistry services,
      MeterRegistry meters)
      throws StartException {
    ExecutorService ranking = rankingThreads(config);
    ExecutorService waiting =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("dolmen-call-", 0).factory());
    InetSocketAddress address = new InetSocketAddress(config.host(), config.port());
    ConnectionLimits limits = config.limits().connections();
    RequestArrival arrival = new RequestArrival(config.limits().requestArrival(), meters);
    Quotas quotas = new Quotas(config.quotas(), meters);
    Connections connections = new Connections(limits.max(), meters);
    NettyServerBuilder server =
        quotas
            .guard(connections.under(NettyServerBuilder.forAddress(address, credentials)))
            .executor(waiting)
            .handshakeTimeout(limits.handshakeTimeout().toMillis(), TimeUnit.MILLISECONDS)
            .maxRstFramesPerWindow(
                limits.maxResets(), (int) ConnectionLimits.RESETS_WINDOW.toSeconds())
            .maxInboundMetadataSize(limits.maxHeaderBytes())
            .intercept(arrival)
            .maxInboundMessageSize(config.limits().maxMessageBytes())
            .maxConcurrentCallsPerConnection(config.limits().maxConcurrentStreams())
            .keepAliveTime(config.keepAlive().interval().toMillis(), TimeUnit.MILLISECONDS)
            .keepAliveTimeout(config.keepAlive().timeout().toMillis(), TimeUnit.MILLISECONDS)
            .permitKeepAliveTime(
                config.keepAlive().permitInterval().toMillis(), TimeUnit.MILLISECONDS)
            .permitKeepAliveWithoutCalls(true)
            .maxConnectionIdle(
                config.keepAlive().maxConnectionIdle().toMillis(), TimeUnit.MILLISECONDS)
            .addStreamTracerFactory(new ArrivalTimes(meters.config().clock()::monotonicTime))
            .addService(health.getHealthService())
            .addService(ProtoReflectionServiceV1.newInstance())
            .fallbackHandlerRegistry(services);
    gates.reversed().forEach(server::intercept); // The last one named is the first to see a call.
    try {
      return new GrpcTransport(
          server.build().start(), ranking, waiting, arrival, quotas, connections);
    } catch (IOException e) {
      arrival.close();
      quotas.close();
      connections.close();
      ranking.shutdownNow();
      waiting.shutdownNow();
      throw notListening("server.port", config.host(), config.port(), e);
    }
  }

  private static ExecutorService rankingThreads(ServerConfig config) {
    int processors = Runtime.getRuntime().availableProcessors();
    int threads = config.workerThreads() == 0 ? processors : config.workerThreads();
    return new ThreadPoolExecutor(
        threads,
        threads,
        0,
        TimeUnit.SECONDS,
        new LinkedBlockingQueue<>(config.limits().maxConcurrentRequests()),
        Thread.ofPlatform().name("dolmen-rank-", 0).daemon().factory());
  }

  /** The threads that rank; they refuse what the queue before them has no room for. */
  Executor ranking() {
    return ranking;
  }

  int port() {
    return server.getPort();
  }

  /** Takes no new calls, waits for the running ones, then ends those that are left. */
  void drain(Duration grace) {
    server.shutdown();
    try {
      if (!server.awaitTermination(grace.toMillis(), TimeUnit.MILLISECONDS)) {
        close();
        server.awaitTermination(1, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    close();
  }

  @Override
  public void close() {
    server.shutdownNow();
    ranking.shutdownNow();
    waiting.shutdownNow();
    arrival.close();
    quotas.close();
    connections.close();
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
