package dev.dolmen.server;

import io.grpc.netty.NettyServerBuilder;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.Closeable;
import java.net.SocketAddress;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The connections of the gRPC port: the threads that read and write them, as many as there are
 * processors, and a bound on their number. A connection beyond it is closed as soon as it is
 * accepted, before a byte of it is read; those that are open do not notice.
 */
final class Connections implements Closeable {
  private final EventLoopGroup accepting = loops(1, "dolmen-accept");
  private final EventLoopGroup serving =
      loops(Runtime.getRuntime().availableProcessors(), "dolmen-connection");
  private final Limit limit;

  /**
   * Starts no thread yet.
   *
   * @param max open at once
   */
  Connections(int max, MeterRegistry meters) {
    limit = new Limit(max, meters);
  }

  /** Closes the connection from an address, if there is one. */
  void close(SocketAddress address) {
    limit.close(address);
  }

  /** Makes a server take its connections from here. */
  NettyServerBuilder under(NettyServerBuilder server) {
    return server
        .channelFactory(this::listening)
        .bossEventLoopGroup(accepting)
        .workerEventLoopGroup(serving);
  }

  private ServerChannel listening() {
    ServerChannel channel =
        Epoll.isAvailable() ? new EpollServerSocketChannel() : new NioServerSocketChannel();
    channel.pipeline().addLast(limit);
    return channel;
  }

  private static EventLoopGroup loops(int threads, String name) {
    IoHandlerFactory io =
        Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    return new MultiThreadIoEventLoopGroup(threads, new DefaultThreadFactory(name, true), io);
  }

  /** After the server: lets the threads end what they are at. */
  @Override
  public void close() {
    var _ = accepting.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    var _ = serving.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }

  /** Sees each connection before those who set it up. */
  @Sharable
  private static final class Limit extends ChannelInboundHandlerAdapter {
    private final int max;
    private final AtomicInteger open = new AtomicInteger();
    private final ConcurrentHashMap<SocketAddress, Channel> connections = new ConcurrentHashMap<>();
    private final Counter refused;

    Limit(int max, MeterRegistry meters) {
      this.max = max;
      Gauge.builder("dolmen.connections.open", open, AtomicInteger::get)
          .description("Connections to the gRPC port")
          .register(meters);
      refused =
          Counter.builder("dolmen.connections.refused")
              .description("Connections closed at once, as there were too many")
              .register(meters);
    }

    @Override
    public void channelRead(ChannelHandlerContext listening, Object accepted) {
      Channel connection = (Channel) accepted;
      if (open.incrementAndGet() > max) {
        open.decrementAndGet();
        refused.increment();
        connection.unsafe().closeForcibly();
        return;
      }
      SocketAddress address = connection.remoteAddress();
      if (address != null) {
        connections.put(address, connection);
      }
      var _ =
          connection
              .closeFuture()
              .addListener(closed -> {
                open.decrementAndGet();
                if (address != null) {
                  connections.remove(address, connection);
                }
              });
      listening.fireChannelRead(accepted);
    }

    void close(SocketAddress address) {
      Channel connection = connections.get(address);
      if (connection != null) {
        var _ = connection.close();
      }
    }
  }
}
