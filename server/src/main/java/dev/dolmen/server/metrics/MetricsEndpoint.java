package dev.dolmen.server.metrics;

import dev.dolmen.server.access.Refusal;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.stream.ChunkedWriteHandler;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * {@code /metrics} in Prometheus' format; {@code /livez}, 200 while the process can answer and need
 * not be replaced; {@code /readyz}, 200 while recommendations are served, and {@code
 * /readyz/feedback}, 200 while feedback is taken, else 503 and the reason. Metrics can be for those
 * who show a key.
 *
 * <p>Whoever reaches the port gets these four and nothing else: GET and HEAD, one request for each
 * connection, bounded in size, time and number by {@link HttpLimits}.
 */
public final class MetricsEndpoint implements Closeable {
  private static final String METRICS = "/metrics";
  private static final String PLAIN = "text/plain; version=0.0.4; charset=utf-8";
  private static final String OPEN = "application/openmetrics-text; version=1.0.0; charset=utf-8";
  private static final HttpAnswer OK = HttpAnswer.line(HttpResponseStatus.OK, "ok");

  private final EventLoopGroup group;
  private final ExecutorService probing = Executors.newSingleThreadExecutor(named("dolmen-probes"));
  private final ExecutorService scraping;
  private final PrometheusMeterRegistry meters;
  private final MetricsGuard guard;
  private final Map<String, HttpPage> pages;
  private final HttpPage openMetrics;
  private final EventLoop loop;
  private final HttpConnections connections;
  private final Channel listening;

  /**
   * Listens, and answers from now on.
   *
   * @param guard of the metrics; probes are open
   * @throws IOException if the address cannot be bound
   */
  public MetricsEndpoint(
      InetSocketAddress address, PrometheusMeterRegistry meters, Probes probes, MetricsGuard guard)
      throws IOException {
    this(address, meters, probes, guard, HttpLimits.STANDARD, ByteBufAllocator.DEFAULT);
  }

  /**
   * As above.
   *
   * @param buffers holds what is read and written
   */
  MetricsEndpoint(
      InetSocketAddress address,
      PrometheusMeterRegistry meters,
      Probes probes,
      MetricsGuard guard,
      HttpLimits limits,
      ByteBufAllocator buffers)
      throws IOException {
    group = new MultiThreadIoEventLoopGroup(1, named("dolmen-metrics"), NioIoHandler.newFactory());
    loop = group.next();
    this.meters = meters;
    this.guard = guard;
    scraping = scraping(limits.maxConnections());
    connections = new HttpConnections(limits.maxConnections());
    pages =
        Map.of(
            "/livez",
            new HttpPage(loop, Runnable::run, () -> ready(probes.notLive().get())),
            "/readyz",
            new HttpPage(loop, probing, () -> ready(probes.notReady().get())),
            "/readyz/feedback",
            new HttpPage(loop, probing, () -> ready(probes.notTaking().get())),
            METRICS,
            new HttpPage(loop, scraping, () -> scrape(meters, PLAIN)));
    openMetrics = new HttpPage(loop, scraping, () -> scrape(meters, OPEN));
    boolean listens = false;
    try {
      listening = listen(address, limits, buffers);
      listens = true;
    } finally {
      if (!listens) {
        stop();
      }
    }
  }

  private Channel listen(InetSocketAddress address, HttpLimits limits, ByteBufAllocator buffers)
      throws IOException {
    ChannelInitializer<Channel> initializer =
        new ChannelInitializer<>() {
          @Override
          protected void initChannel(Channel channel) {
            channel
                .pipeline()
                .addLast(
                    HttpRequests.decoder(), new HttpResponseEncoder(), new ChunkedWriteHandler())
                .addLast(new HttpConnection(limits, connections, MetricsEndpoint.this::page));
          }
        };
    ChannelFuture bound =
        new ServerBootstrap()
            .group(group)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, limits.maxConnections())
            .childOption(ChannelOption.ALLOCATOR, buffers)
            .childHandler(initializer)
            .bind(address)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw bound.cause() instanceof IOException io ? io : new IOException(bound.cause());
    }
    return bound.channel();
  }

  private @Nullable HttpPage page(HttpRequest request) {
    String path = HttpRequests.path(request);
    if (!path.equals(METRICS)) {
      return pages.get(path);
    }
    String accept = request.headers().get(HttpHeaderNames.ACCEPT, "");
    boolean open = accept.contains("application/openmetrics-text");
    if (guard.asks()) {
      List<String> authorizations = request.headers().getAll(HttpHeaderNames.AUTHORIZATION);
      return guarded(List.copyOf(authorizations), open ? OPEN : PLAIN);
    }
    return open ? openMetrics : pages.get(path);
  }

  /** A page for this asker alone, made only for who may see it. */
  private HttpPage guarded(List<String> authorizations, String format) {
    return new HttpPage(
        loop,
        scraping,
        () ->
            guard
                .refusal(authorizations)
                .map(MetricsEndpoint::refused)
                .orElseGet(() -> scrape(meters, format)));
  }

  private static HttpAnswer refused(Refusal refusal) {
    HttpResponseStatus status =
        switch (refusal.status().getCode()) {
          case PERMISSION_DENIED -> HttpResponseStatus.FORBIDDEN;
          case UNAVAILABLE -> HttpResponseStatus.SERVICE_UNAVAILABLE;
          default -> HttpResponseStatus.UNAUTHORIZED;
        };
    return HttpAnswer.line(status, String.valueOf(refusal.getMessage()));
  }

  /** The port it listens on. */
  public int port() {
    return ((InetSocketAddress) listening.localAddress()).getPort();
  }

  private static HttpAnswer ready(String whyNot) {
    return whyNot.isEmpty() ? OK : HttpAnswer.line(HttpResponseStatus.SERVICE_UNAVAILABLE, whyNot);
  }

  private static HttpAnswer scrape(PrometheusMeterRegistry meters, String format) {
    return new HttpAnswer(HttpResponseStatus.OK, format, meters.scrape(format));
  }

  /**
   * One thread. What waits for it may be for somebody who has gone, so more than there can be
   * connections makes the eldest go.
   */
  private static ExecutorService scraping(int maxWaiting) {
    return new ThreadPoolExecutor(
        1,
        1,
        0,
        TimeUnit.SECONDS,
        new ArrayBlockingQueue<>(maxWaiting),
        named("dolmen-scrapes"),
        new ThreadPoolExecutor.DiscardOldestPolicy());
  }

  private static ThreadFactory named(String name) {
    return Thread.ofPlatform().name(name).daemon().factory();
  }

  /**
   * Closes the port and all connections. A loop that is shut down without waiting for quiet may end
   * without closing what it has open, so that is done before. Calling it again does nothing.
   */
  @Override
  public void close() {
    if (group.isShuttingDown()) {
      return;
    }
    listening.close().awaitUninterruptibly();
    loop.submit(connections::close).awaitUninterruptibly();
    stop();
  }

  private void stop() {
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
    probing.shutdownNow();
    scraping.shutdownNow();
  }
}
