package dev.dolmen.server.http;

import io.grpc.InternalChannelz.SocketStats;
import io.grpc.InternalInstrumented;
import io.grpc.ServerStreamTracer;
import io.grpc.internal.InternalServer;
import io.grpc.internal.ServerImplBuilder;
import io.grpc.internal.ServerListener;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Listens for HTTP/1.1, and hands each connection to gRPC's server as a transport of its. Any
 * thread.
 */
public final class HttpFront implements InternalServer {
  private static final int MAX_LINE_BYTES = 8 << 10;

  private final HttpSetup setup;
  private final List<? extends ServerStreamTracer.Factory> tracers;
  private volatile @Nullable Channel listening;
  private volatile @Nullable ServerListener server;

  private HttpFront(HttpSetup setup, List<? extends ServerStreamTracer.Factory> tracers) {
    this.setup = setup;
    this.tracers = tracers;
  }

  /** A gRPC server that takes requests over HTTP, and has no services yet. */
  public static ServerImplBuilder server(HttpSetup setup) {
    return new ServerImplBuilder((tracers, recorder) -> new HttpFront(setup, tracers));
  }

  @Override
  public void start(ServerListener listener) throws IOException {
    server = listener;
    ChannelFuture bound =
        setup
            .bootstrap()
            .childOption(ChannelOption.AUTO_READ, false)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    begin(channel, listener);
                  }
                })
            .bind(setup.address())
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw bound.cause() instanceof IOException io ? io : new IOException(bound.cause());
    }
    listening = bound.channel();
  }

  private void begin(Channel channel, ServerListener listener) {
    ChannelPipeline pipeline = channel.pipeline();
    HttpTransport transport = new HttpTransport(setup, listener, tracers);
    if (setup.tls() != null) {
      SslHandler tls = setup.tls().newHandler(channel.alloc());
      tls.setHandshakeTimeoutMillis(setup.limits().handshake().toMillis());
      pipeline.addLast(tls);
    }
    pipeline
        .addLast(transport.firstBytes())
        .addLast(
            new HttpServerCodec(
                new HttpDecoderConfig()
                    .setMaxInitialLineLength(MAX_LINE_BYTES)
                    .setMaxHeaderSize(setup.limits().maxHeaderBytes())
                    .setAllowDuplicateContentLengths(false)
                    .setValidateHeaders(true)
                    .setStrictLineParsing(true)
                    .setUseRfc9112TransferEncoding(true)))
        .addLast(transport);
  }

  @Override
  public void shutdown() {
    Channel channel = listening;
    if (channel != null) {
      channel.close().awaitUninterruptibly();
    }
    ServerListener told = server;
    if (told != null) {
      told.serverShutdown();
    }
  }

  @Override
  public SocketAddress getListenSocketAddress() {
    Channel channel = listening;
    return channel == null ? setup.address() : channel.localAddress();
  }

  @Override
  public List<? extends SocketAddress> getListenSocketAddresses() {
    return List.of(getListenSocketAddress());
  }

  @Override
  public @Nullable InternalInstrumented<SocketStats> getListenSocketStats() {
    return null;
  }

  @Override
  public @Nullable List<InternalInstrumented<SocketStats>> getListenSocketStatsList() {
    return null;
  }
}
