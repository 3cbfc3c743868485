package dev.dolmen.server.metrics;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A connection: one request, one answer, and its end. Of the event loop only.
 *
 * <p>Each of the three has its time, counted from its beginning and not from the last byte, so that
 * a caller who sends or takes a byte now and then is closed as well. Nothing behind the headers is
 * read as a request: a body, or a request hidden in one, is thrown away.
 */
final class HttpConnection extends ChannelInboundHandlerAdapter {
  private final HttpLimits limits;
  private final HttpConnections connections;
  private final Function<HttpRequest, @Nullable HttpPage> pages;

  private @Nullable ChannelHandlerContext context;
  private @Nullable Future<?> deadline;
  private @Nullable HttpPage page;
  private boolean asked;
  private boolean head;
  private int lingeredBytes;

  /**
   * Not open yet.
   *
   * @param pages what a request that is taken asks for; null if there is no such page
   */
  HttpConnection(
      HttpLimits limits,
      HttpConnections connections,
      Function<HttpRequest, @Nullable HttpPage> pages) {
    this.limits = limits;
    this.connections = connections;
    this.pages = pages;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    context = ctx;
    connections.opened(ctx.channel());
    closeAfter(ctx, limits.requestWithin());
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    try {
      if (!asked && message instanceof HttpRequest request) {
        asked = true;
        closeAfter(ctx, limits.answerWithin());
        ctx.channel().config().setAutoRead(false);
        ctx.pipeline().remove(HttpRequestDecoder.class);
        answer(request);
      } else if (message instanceof ByteBuf bytes) {
        throwAway(ctx, bytes.readableBytes());
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void answer(HttpRequest request) {
    head = request.method().equals(HttpMethod.HEAD);
    HttpAnswer refusal = HttpRequests.refusal(request);
    if (refusal != null) {
      send(refusal);
      return;
    }
    page = pages.apply(request);
    if (page == null) {
      send(HttpAnswer.line(HttpResponseStatus.NOT_FOUND, "no such page"));
    } else {
      page.ask(this);
    }
  }

  /** Sends the one answer; does nothing if the connection is closed. */
  void send(HttpAnswer answer) {
    ChannelHandlerContext ctx = context;
    if (ctx != null && ctx.channel().isActive()) {
      var _ =
          answer
              .writeTo(ctx, head)
              .addListener(sent -> {
                if (sent.isSuccess()) {
                  linger(ctx);
                } else {
                  var _ = ctx.close();
                }
              });
    }
  }

  /**
   * Lets the caller close. Closing first, with bytes of the caller not yet read, would reset the
   * connection, and the caller might lose the answer.
   */
  private void linger(ChannelHandlerContext ctx) {
    closeAfter(ctx, limits.lingerFor());
    var _ = ((SocketChannel) ctx.channel()).shutdownOutput();
    ctx.channel().config().setAutoRead(true);
  }

  private void throwAway(ChannelHandlerContext ctx, int bytes) {
    lingeredBytes += bytes;
    if (lingeredBytes > HttpLimits.MAX_LINGER_BYTES) {
      var _ = ctx.close();
    }
  }

  private void closeAfter(ChannelHandlerContext ctx, Duration time) {
    cancelDeadline();
    deadline =
        ctx.executor()
            .schedule(
                () -> {
                  var _ = ctx.close();
                },
                time.toMillis(),
                TimeUnit.MILLISECONDS);
  }

  private void cancelDeadline() {
    if (deadline != null) {
      deadline.cancel(false);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    cancelDeadline();
    connections.closed(ctx.channel());
    if (page != null) {
      page.forget(this);
    }
  }

  /** A caller that is gone in the middle is not worth a line in the log. */
  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    var _ = ctx.close();
  }
}
