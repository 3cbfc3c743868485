package dev.dolmen.server;

import dev.dolmen.server.api.ArrivalTimes;
import dev.dolmen.server.config.ServerConfig;
import dev.dolmen.server.config.ServerConfig.TlsConfig;
import dev.dolmen.v1.RecommendationServiceGrpc;
import io.grpc.HandlerRegistry;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallExecutorSupplier;
import io.grpc.ServerCredentials;
import io.grpc.TlsServerCredentials;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * gRPC over Netty. Ranking runs on as many threads as there are processors, because it computes;
 * everything else runs on virtual threads, because it waits: for the log, the trainer, the caller.
 */
final class GrpcTransport implements Closeable {
  private static final String RANKING = RecommendationServiceGrpc.SERVICE_NAME;

  private final Server server;
  private final ExecutorService ranking;
  private final ExecutorService waiting;

  private GrpcTransport(Server server, ExecutorService ranking, ExecutorService waiting) {
    this.server = server;
    this.ranking = ranking;
    this.waiting = waiting;
  }

  static GrpcTransport start(
      ServerConfig config,
      HealthStatusManager health,
      HandlerRegistry services,
      ArrivalTimes arrivals)
      throws StartException {
    int processors = Runtime.getRuntime().availableProcessors();
    int threads = config.workerThreads() == 0 ? processors : config.workerThreads();
    ServerCredentials credentials = credentials(config.tls());
    ExecutorService ranking =
        Executors.newFixedThreadPool(
            threads, Thread.ofPlatform().name("dolmen-rank-", 0).daemon().factory());
    ExecutorService waiting =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("dolmen-call-", 0).factory());
    InetSocketAddress address = new InetSocketAddress(config.host(), config.port());
    Server server =
        NettyServerBuilder.forAddress(address, credentials)
            .executor(waiting)
            .callExecutor(new ByService(ranking, waiting))
            .maxInboundMessageSize(config.limits().maxMessageBytes())
            .maxConcurrentCallsPerConnection(config.limits().maxConcurrentStreams())
            .keepAliveTime(config.keepAlive().interval().toMillis(), TimeUnit.MILLISECONDS)
            .keepAliveTimeout(config.keepAlive().timeout().toMillis(), TimeUnit.MILLISECONDS)
            .permitKeepAliveTime(
                config.keepAlive().permitInterval().toMillis(), TimeUnit.MILLISECONDS)
            .permitKeepAliveWithoutCalls(true)
            .maxConnectionIdle(
                config.keepAlive().maxConnectionIdle().toMillis(), TimeUnit.MILLISECONDS)
            .addStreamTracerFactory(arrivals)
            .addService(health.getHealthService())
            .addService(ProtoReflectionServiceV1.newInstance())
            .fallbackHandlerRegistry(services)
            .build();
    try {
      return new GrpcTransport(server.start(), ranking, waiting);
    } catch (IOException e) {
      ranking.shutdownNow();
      waiting.shutdownNow();
      throw notListening("server.port", config.host(), config.port(), e);
    }
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
  }

  private record ByService(Executor ranking, Executor waiting)
      implements ServerCallExecutorSupplier {
    @Override
    public <ReqT, RespT> Executor getExecutor(ServerCall<ReqT, RespT> call, Metadata metadata) {
      return RANKING.equals(call.getMethodDescriptor().getServiceName()) ? ranking : waiting;
    }
  }

  private static ServerCredentials credentials(TlsConfig tls) throws StartException {
    if (!tls.enabled()) {
      return InsecureServerCredentials.create();
    }
    try {
      TlsServerCredentials.Builder credentials =
          TlsServerCredentials.newBuilder()
              .keyManager(new File(tls.certificateFile()), new File(tls.privateKeyFile()));
      if (!tls.clientAuthoritiesFile().isEmpty()) {
        credentials
            .trustManager(new File(tls.clientAuthoritiesFile()))
            .clientAuth(TlsServerCredentials.ClientAuth.REQUIRE);
      }
      return credentials.build();
    } catch (IOException | IllegalArgumentException e) {
      throw new StartException("server.tls: " + rootMessage(e), e);
    }
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
