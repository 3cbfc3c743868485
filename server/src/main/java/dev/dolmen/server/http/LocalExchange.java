package dev.dolmen.server.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A connection of a browser on this machine: one request after another, each answered before the
 * next is read. Of the event loop only.
 */
final class LocalExchange extends ChannelInboundHandlerAdapter {
  /** From one answer to the end of the next request. */
  private static final Duration ARRIVAL = Duration.ofMinutes(2);

  private static final Duration ANSWER = Duration.ofSeconds(60);

  private final LocalCalls calls;

  /** Not looked at yet: what came of one read at most. */
  private final ArrayDeque<FullHttpRequest> come = new ArrayDeque<>();

  private boolean busy;
  private @Nullable Future<?> deadline;
  private @Nullable CompletableFuture<RemoteApi.Answer> asked;

  LocalExchange(LocalCalls calls) {
    this.calls = calls;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    next(ctx);
  }

  /** On to the next request. */
  private void next(ChannelHandlerContext ctx) {
    within(ctx, ARRIVAL);
    FullHttpRequest waiting = come.pollFirst();
    busy = waiting != null;
    if (waiting == null) {
      ctx.read();
    } else {
      take(ctx, waiting);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    FullHttpRequest request = (FullHttpRequest) message;
    if (busy) {
      come.addLast(request);
      return;
    }
    busy = true;
    take(ctx, request);
  }

  private void take(ChannelHandlerContext ctx, FullHttpRequest request) {
    try {
      answer(ctx, request);
    } finally {
      request.release();
    }
  }

  private void answer(ChannelHandlerContext ctx, FullHttpRequest request) {
    notWithin();
    boolean keepsAlive = HttpUtil.isKeepAlive(request) && request.decoderResult().isSuccess();
    boolean head = request.method().name().equals("HEAD");
    switch (calls.look(request)) {
      case LocalCalls.Answered answered -> write(ctx, answered.reply(), keepsAlive, head);
      case LocalCalls.Passed passed -> ask(ctx, passed, keepsAlive);
    }
  }

  private void ask(ChannelHandlerContext ctx, LocalCalls.Passed passed, boolean keepsAlive) {
    RemoteApi remote = passed.remote();
    CompletableFuture<RemoteApi.Answer> answer = remote.call(passed.call());
    asked = answer;
    var _ =
        answer.handle((said, failure) -> {
          HttpReply reply = failure == null ? remote.reply(said) : remote.reply(failure);
          ctx.executor()
              .execute(() -> {
                asked = null;
                write(ctx, reply, keepsAlive, false);
              });
          return reply;
        });
  }

  private void write(ChannelHandlerContext ctx, HttpReply reply, boolean keepsAlive, boolean head) {
    within(ctx, ANSWER);
    var _ =
        ctx.writeAndFlush(reply.response(calls.named(), keepsAlive, head))
            .addListener(written -> {
              if (!written.isSuccess() || !keepsAlive) {
                var _ = ctx.close();
                return;
              }
              // Not from here: many requests in one read would make a deep stack.
              ctx.executor().execute(() -> next(ctx));
            });
  }

  private void within(ChannelHandlerContext ctx, Duration time) {
    notWithin();
    deadline = ctx.executor().schedule(() -> end(ctx), time.toMillis(), TimeUnit.MILLISECONDS);
  }

  private static void end(ChannelHandlerContext ctx) {
    var _ = ctx.close();
  }

  private void notWithin() {
    if (deadline != null) {
      deadline.cancel(false);
    }
  }

  /** Nobody waits for the answer any more. */
  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    notWithin();
    come.forEach(FullHttpRequest::release);
    come.clear();
    CompletableFuture<RemoteApi.Answer> running = asked;
    if (running != null) {
      running.cancel(true);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    var _ = ctx.close();
  }
}
