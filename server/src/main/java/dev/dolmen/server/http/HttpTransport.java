package dev.dolmen.server.http;

import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.InternalChannelz.SocketStats;
import io.grpc.InternalLogId;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import io.grpc.internal.ServerListener;
import io.grpc.internal.ServerTransport;
import io.grpc.internal.ServerTransportListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandler;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * A connection: one request after another, each answered before the next is looked at. Of the event
 * loop only, but for {@link #shutdown} and {@link #shutdownNow}.
 *
 * <p>Nothing is read but what somebody waits for. Whatever a caller does slowly has its time: the
 * handshake, the headers of a request from their first byte, taking an answer, and the pause
 * between two requests. The time of a request's body is up to gRPC's server, as over HTTP/2.
 */
final class HttpTransport extends ChannelInboundHandlerAdapter implements ServerTransport {
  private static final Duration LINGER = Duration.ofSeconds(1);

  private final HttpSetup setup;
  private final ServerListener server;
  private final List<? extends ServerStreamTracer.Factory> tracers;
  private final InternalLogId logId = InternalLogId.allocate(HttpTransport.class, null);
  private @Nullable ChannelHandlerContext context;
  private @Nullable ServerTransportListener listener;
  private Attributes attributes = Attributes.EMPTY;
  private @Nullable HttpExchange exchange;

  /** Came while another was answered, which no client does that waits for its answers. */
  private @Nullable HttpRequest next;

  private @Nullable Future<?> deadline;

  /** Not taken yet: what came of one read at most. */
  private final ArrayDeque<Object> come = new ArrayDeque<>();

  private boolean wanted;
  private boolean taking;
  private boolean stopping;
  private boolean lingering;
  private long lingeredBytes;

  HttpTransport(
      HttpSetup setup, ServerListener server, List<? extends ServerStreamTracer.Factory> tracers) {
    this.setup = setup;
    this.server = server;
    this.tracers = tracers;
  }

  /** Tells when a request begins to come, before it can be read. */
  ChannelInboundHandler firstBytes() {
    return new ChannelInboundHandlerAdapter() {
      @Override
      public void channelRead(ChannelHandlerContext ctx, Object bytes) {
        if (exchange == null && !arriving && !lingering) {
          arriving = true;
          within(setup.limits().requestArrival());
        }
        ctx.fireChannelRead(bytes);
      }
    };
  }

  /** Whether a part of a request's headers has come. */
  private boolean arriving;

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    context = ctx;
    listener = server.transportCreated(this);
    within(setup.limits().idle());
    if (setup.tls() == null) {
      ready(ctx, null);
    }
    more();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof SslHandshakeCompletionEvent handshake) {
      SslHandler tls = ctx.pipeline().get(SslHandler.class);
      if (handshake.isSuccess() && tls != null) {
        ready(ctx, tls.engine().getSession());
      } else {
        var _ = ctx.close();
      }
    }
    ctx.fireUserEventTriggered(event);
  }

  private void ready(ChannelHandlerContext ctx, @Nullable SSLSession session) {
    Attributes.Builder known =
        Attributes.newBuilder()
            .set(Grpc.TRANSPORT_ATTR_REMOTE_ADDR, ctx.channel().remoteAddress())
            .set(Grpc.TRANSPORT_ATTR_LOCAL_ADDR, ctx.channel().localAddress());
    if (session != null) {
      known.set(Grpc.TRANSPORT_ATTR_SSL_SESSION, session);
    }
    attributes = Objects.requireNonNull(listener).transportReady(known.build());
  }

  /** Several messages may come of what is read at once, and are taken one by one. */
  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    come.addLast(message);
    takeWanted();
  }

  /** Somebody waits for the next message. */
  private void more() {
    wanted = true;
    takeWanted();
  }

  private void takeWanted() {
    if (taking) {
      return; // Whoever takes one looks again after it.
    }
    taking = true;
    try {
      while (wanted && !come.isEmpty()) {
        wanted = false;
        take(context(), come.removeFirst());
      }
    } finally {
      taking = false;
    }
    if (wanted) {
      context().read();
    }
  }

  private void take(ChannelHandlerContext ctx, Object message) {
    try {
      if (lingering) {
        throwAway(ctx, message);
      } else if (message instanceof HttpRequest request) {
        if (exchange == null) {
          begin(request);
        } else {
          next = request;
        }
      } else if (message instanceof HttpContent content && exchange != null) {
        exchange.content(content, content instanceof LastHttpContent);
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void begin(HttpRequest request) {
    arriving = false;
    notWithin();
    exchange = new HttpExchange(this, setup, request);
    exchange.begin();
  }

  private void throwAway(ChannelHandlerContext ctx, Object message) {
    int bytes = message instanceof HttpContent content ? content.content().readableBytes() : 0;
    lingeredBytes += bytes;
    if (lingeredBytes > lingerBytesMax() || message instanceof LastHttpContent) {
      var _ = ctx.close();
    } else {
      more();
    }
  }

  /**
   * What is read and thrown away of what a caller sends behind a request that was refused: enough
   * for one that is somewhat larger than what may be, and whose caller reads only when it is sent.
   */
  private long lingerBytesMax() {
    return 2L * setup.limits().maxMessageBytes();
  }

  /** An answer is written, and its request read: on to the next. */
  void exchanged(boolean keepsAlive) {
    exchange = null;
    HttpRequest waiting = next;
    next = null;
    if (!keepsAlive || stopping) {
      linger();
    } else if (waiting != null) {
      begin(waiting);
    } else {
      within(setup.limits().idle());
      more();
    }
  }

  /**
   * Lets the caller close. Closing first, with bytes of the caller not yet read, would reset the
   * connection, and the caller might lose the answer.
   */
  private void linger() {
    lingering = true;
    within(LINGER);
    if (context().channel() instanceof DuplexChannel duplex && setup.tls() == null) {
      var _ = duplex.shutdownOutput();
      more();
    } else {
      close();
    }
  }

  /** Asks for what comes next, unless that is a request which waits already. */
  void read() {
    if (next == null) {
      more();
    }
  }

  ChannelHandlerContext context() {
    return Objects.requireNonNull(context);
  }

  ServerTransportListener listener() {
    return Objects.requireNonNull(listener);
  }

  Attributes attributes() {
    return attributes;
  }

  List<? extends ServerStreamTracer.Factory> tracers() {
    return tracers;
  }

  /** Whether no more requests are taken after this one. */
  boolean isStopping() {
    return stopping;
  }

  void close() {
    var _ = context().close();
  }

  /** Closes the connection if nothing else is said until then. */
  void within(Duration time) {
    notWithin();
    deadline = context().executor().schedule(this::close, time.toMillis(), TimeUnit.MILLISECONDS);
  }

  void notWithin() {
    if (deadline != null) {
      deadline.cancel(false);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    notWithin();
    come.forEach(ReferenceCountUtil::release);
    come.clear();
    if (exchange != null) {
      exchange.gone();
    }
    if (listener != null) {
      listener.transportTerminated();
    }
  }

  /** A caller that is gone in the middle is not worth a line in the log. */
  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    close();
  }

  @Override
  public void shutdown() {
    context()
        .executor()
        .execute(() -> {
          stopping = true;
          if (exchange == null) {
            close();
          }
        });
  }

  @Override
  public void shutdownNow(Status reason) {
    context().executor().execute(this::close);
  }

  @Override
  public ScheduledExecutorService getScheduledExecutorService() {
    return context().executor();
  }

  @Override
  public ListenableFuture<SocketStats> getStats() {
    return Futures.immediateFuture(new SocketStats(null, null, null, null, null));
  }

  @Override
  public InternalLogId getLogId() {
    return logId;
  }
}
