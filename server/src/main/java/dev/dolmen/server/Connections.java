package dev.dolmen.server;

import io.grpc.ServerBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.bootstrap.ServerBootstrap;
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
import java.util.concurrent.TimeUnit;

/**
 * The connections of the ports of gRPC and HTTP: the threads that read and write them, half as many
 * as there are processors, as the others rank, and a bound on the connections' number. A connection
 * beyond it is closed as soon as it is accepted, before a byte of it is read; those that are open
 * do not notice. Who is refused or ended again and again is slowed, see {@link PacedConnection} and
 * {@link ConnectionDoor}.
 */
final class Connections implements Closeable {
  private final EventLoopGroup accepting = loops(1, "dolmen-accept");
  private final EventLoopGroup serving =
      loops((Runtime.getRuntime().availableProcessors() + 1) / 2, "dolmen-connection");
  private final ConnectionDoor door;

  /**
   * Starts no thread yet.
   *
   * @param max open at once
   */
  Connections(int max, MeterRegistry meters) {
    door = new ConnectionDoor(max, meters);
  }

  /** Closes the connection from an address, if there is one, for what was done on it. */
  void end(SocketAddress address) {
    door.end(address);
  }

  /** Makes a server take its connections from here. */
  NettyServerBuilder under(NettyServerBuilder server) {
    return counting(server)
        .channelFactory(this::listening)
        .bossEventLoopGroup(accepting)
        .workerEventLoopGroup(serving);
  }

  /** The same for one that is not made by gRPC: {@link #counting} is told of its calls. */
  ServerBootstrap bootstrap() {
    return new ServerBootstrap().group(accepting, serving).channelFactory(this::listening);
  }

  /** Lets connections know how their calls end. */
  <B extends ServerBuilder<B>> B counting(B server) {
    return server.addStreamTracerFactory(new CallEnds(this));
  }

  private ServerChannel listening() {
    ServerChannel channel =
        Epoll.isAvailable() ? new EpollServerSocketChannel() : new NioServerSocketChannel();
    channel.pipeline().addLast(door);
    return channel;
  }

  private static EventLoopGroup loops(int threads, String name) {
    IoHandlerFactory io =
        Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    return new MultiThreadIoEventLoopGroup(threads, new DefaultThreadFactory(name, true), io);
  }

  /** A call of the connection from an address was answered. */
  void answered(SocketAddress address) {
    PacedConnection connection = door.connection(address);
    if (connection != null) {
      connection.answered();
    }
  }

  /** One was refused: the connection is slowed if that happens again and again. */
  void refused(SocketAddress address) {
    PacedConnection connection = door.connection(address);
    if (connection != null) {
      connection.refused();
    }
  }

  /** After the server: lets the threads end what they are at. */
  @Override
  public void close() {
    door.close();
    var _ = accepting.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    var _ = serving.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }
}
