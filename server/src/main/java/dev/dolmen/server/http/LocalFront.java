package dev.dolmen.server.http;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Serves files on this machine and passes calls of the API on to a server elsewhere. One thread has
 * all connections; a browser opens six at most, and those beyond {@link #MAX_CONNECTIONS} are
 * closed. A connection holds one request and its answer at a time.
 */
public final class LocalFront implements Closeable {
  static final int MAX_CONNECTIONS = 24;

  /** Largest body of a request that is passed on. */
  static final int MAX_BODY_BYTES = 16 << 20;

  private static final int MAX_LINE_BYTES = 8 << 10;
  private static final int MAX_HEADER_BYTES = 16 << 10;

  private final EventLoopGroup loop;
  private final Channel listening;

  private LocalFront(EventLoopGroup loop, Channel listening) {
    this.loop = loop;
    this.listening = listening;
  }

  /**
   * Begins to listen.
   *
   * @throws IOException if that cannot be done
   */
  public static LocalFront start(InetSocketAddress address, LocalCalls calls) throws IOException {
    ThreadFactory threads = Thread.ofPlatform().name("dolmen-console-", 0).daemon().factory();
    EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, threads, NioIoHandler.newFactory());
    ChannelFuture bound =
        new ServerBootstrap()
            .group(loop)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.AUTO_READ, false)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(new Beginning(calls))
            .bind(address)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      end(loop);
      throw bound.cause() instanceof IOException io ? io : new IOException(bound.cause());
    }
    return new LocalFront(loop, bound.channel());
  }

  private static void end(EventLoopGroup loop) {
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  private static final class Beginning extends ChannelInitializer<Channel> {
    private final AtomicInteger open = new AtomicInteger();
    private final LocalCalls calls;

    Beginning(LocalCalls calls) {
      this.calls = calls;
    }

    @Override
    protected void initChannel(Channel channel) {
      var _ = channel.closeFuture().addListener(_ -> open.decrementAndGet());
      if (open.incrementAndGet() > MAX_CONNECTIONS) {
        var _ = channel.close();
        return;
      }
      channel
          .pipeline()
          .addLast(
              new HttpServerCodec(
                  new HttpDecoderConfig()
                      .setMaxInitialLineLength(MAX_LINE_BYTES)
                      .setMaxHeaderSize(MAX_HEADER_BYTES)
                      .setAllowDuplicateContentLengths(false)
                      .setValidateHeaders(true)
                      .setStrictLineParsing(true)
                      .setUseRfc9112TransferEncoding(true)))
          .addLast(new WholeRequests(MAX_BODY_BYTES))
          .addLast(new LocalExchange(calls));
    }
  }

  /** Where it listens. */
  public int port() {
    return ((InetSocketAddress) listening.localAddress()).getPort();
  }

  /** Listens no more, and ends all connections. */
  @Override
  public void close() {
    listening.close().awaitUninterruptibly();
    end(loop);
  }
}
