package dev.dolmen.server;

import dev.dolmen.server.budget.AddressPace;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import java.io.Closeable;
import java.net.SocketAddress;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Sees each connection before those who set it up. One that is too many is closed; one of an
 * address whose connections were ended for what was done on them waits for its turn, without a
 * thread or a buffer.
 */
@Sharable
final class ConnectionDoor extends ChannelInboundHandlerAdapter implements Closeable {
  private final int max;
  private final MeterRegistry meters;
  private final AddressPace addresses;
  private final AtomicInteger open = new AtomicInteger();
  private final ConcurrentHashMap<SocketAddress, PacedConnection> connections =
      new ConcurrentHashMap<>();

  /** Those that have not begun. */
  private final Set<Channel> waiting = ConcurrentHashMap.newKeySet();

  private final Counter refused;
  private final Counter delayed;
  private final Counter slowed;

  /**
   * @param max open at once
   */
  ConnectionDoor(int max, MeterRegistry meters) {
    this.max = max;
    this.meters = meters;
    addresses = new AddressPace(this::nanos);
    Gauge.builder("dolmen.connections.open", open, AtomicInteger::get)
        .description("Connections to the ports of gRPC and HTTP")
        .register(meters);
    refused =
        Counter.builder("dolmen.connections.refused")
            .description("Connections closed at once, as there were too many")
            .register(meters);
    delayed =
        Counter.builder("dolmen.connections.delayed")
            .description("Connections that waited, as their address had some ended for misuse")
            .register(meters);
    slowed =
        Counter.builder("dolmen.connections.slowed")
            .description("Times that a connection was not read, as its calls were refused")
            .register(meters);
  }

  private long nanos() {
    return meters.config().clock().monotonicTime();
  }

  @Override
  public void channelRead(ChannelHandlerContext listening, Object accepted) {
    Channel channel = (Channel) accepted;
    if (open.incrementAndGet() > max) {
      refused.increment();
      drop(channel);
      return;
    }
    SocketAddress address = channel.remoteAddress();
    long wait = address == null ? 0 : addresses.begin(address);
    if (wait == 0) {
      begin(listening, channel);
      return;
    }
    delayed.increment();
    waiting.add(channel);
    var _ =
        listening
            .channel()
            .eventLoop()
            .schedule(() -> beginLate(listening, channel), wait, TimeUnit.NANOSECONDS);
  }

  private void beginLate(ChannelHandlerContext listening, Channel channel) {
    if (waiting.remove(channel)) {
      begin(listening, channel);
    }
  }

  /** On the thread that accepts. */
  private void begin(ChannelHandlerContext listening, Channel channel) {
    if (listening.isRemoved() || !listening.channel().isActive()) {
      drop(channel);
      return;
    }
    SocketAddress address = channel.remoteAddress();
    if (address != null) {
      PacedConnection connection = new PacedConnection(channel, this::nanos, slowed);
      connections.put(address, connection);
      var _ = channel.closeFuture().addListener(closed -> connections.remove(address, connection));
      channel.pipeline().addLast(new Conduct(address));
    }
    var _ = channel.closeFuture().addListener(closed -> open.decrementAndGet());
    listening.fireChannelRead(channel);
  }

  /** One that has not begun. */
  private void drop(Channel channel) {
    open.decrementAndGet();
    channel.unsafe().closeForcibly();
  }

  /** The one from an address; null if there is none, or it has not begun. */
  @Nullable PacedConnection connection(SocketAddress address) {
    return connections.get(address);
  }

  /** Closes the one from an address, if there is one, for what was done on it. */
  void end(SocketAddress address) {
    PacedConnection connection = connections.get(address);
    if (connection != null) {
      addresses.ended(address);
      connection.close();
    }
  }

  /** After the server: those that wait never begin. */
  @Override
  public void close() {
    for (Channel channel : List.copyOf(waiting)) {
      if (waiting.remove(channel)) {
        drop(channel);
      }
    }
  }

  /**
   * Waits until a new connection speaks HTTP/2, to be told if that ends it for what its caller did:
   * too many resets or pings, or what is no HTTP/2.
   */
  private final class Conduct extends ChannelInboundHandlerAdapter {
    private final SocketAddress address;

    Conduct(SocketAddress address) {
      this.address = address;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      Http2ConnectionHandler http2 = context.pipeline().get(Http2ConnectionHandler.class);
      if (http2 != null) {
        http2
            .connection()
            .addListener(
                new Http2ConnectionAdapter() {
                  @Override
                  public void onGoAwaySent(int lastStream, long error, ByteBuf why) {
                    if (error != Http2Error.NO_ERROR.code()) {
                      addresses.ended(address);
                    }
                  }
                });
        context.pipeline().remove(this);
      }
      context.fireChannelRead(message);
    }
  }
}
