package dev.dolmen.server.http;

import com.google.rpc.Code;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Map;

/** Puts requests together with their bodies; says so in JSON where one is too large, and closes. */
final class WholeRequests extends HttpObjectAggregator {
  WholeRequests(int maxBodyBytes) {
    super(maxBodyBytes, true);
  }

  @Override
  protected void handleOversizedMessage(ChannelHandlerContext ctx, HttpMessage oversized) {
    HttpReply refusal =
        HttpReply.failure(
            HttpFailure.of(
                HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE,
                Code.RESOURCE_EXHAUSTED,
                "the body is larger than " + maxContentLength() + " bytes"));
    var _ =
        ctx.writeAndFlush(refusal.response(Map.of(), false, false))
            .addListener(ChannelFutureListener.CLOSE);
  }
}
