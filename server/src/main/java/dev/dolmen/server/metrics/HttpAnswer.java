package dev.dolmen.server.metrics;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOutboundInvoker;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpChunkedInput;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.stream.ChunkedStream;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;

/**
 * Status and text of an answer. Several connections may send the same one at once: they share its
 * bytes, and each copies no more of them than it is about to write.
 */
final class HttpAnswer {
  private static final int CHUNK_BYTES = 16 << 10;
  private static final String TEXT = "text/plain; charset=utf-8";

  private final HttpResponseStatus status;
  private final String type;
  private final byte[] body;

  /**
   * Encodes the text.
   *
   * @param type the content type, with UTF-8 as its charset
   */
  HttpAnswer(HttpResponseStatus status, String type, String body) {
    this.status = status;
    this.type = type;
    this.body = body.getBytes(StandardCharsets.UTF_8);
  }

  /** Plain text of one line. */
  static HttpAnswer line(HttpResponseStatus status, String line) {
    return new HttpAnswer(status, TEXT, line + "\n");
  }

  /**
   * Writes it, chunk by chunk as the caller takes them.
   *
   * @param to a pipeline that can write HTTP objects and chunked input
   * @param head whether only the headers are wanted
   * @return when all is written
   */
  ChannelFuture writeTo(ChannelOutboundInvoker to, boolean head) {
    var _ = to.write(headers());
    return to.writeAndFlush(
        head
            ? LastHttpContent.EMPTY_LAST_CONTENT
            : new HttpChunkedInput(new ChunkedStream(new ByteArrayInputStream(body), CHUNK_BYTES)));
  }

  private HttpResponse headers() {
    HttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, status);
    response
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, type)
        .set(HttpHeaderNames.CONTENT_LENGTH, body.length)
        .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    if (status.equals(HttpResponseStatus.METHOD_NOT_ALLOWED)) {
      response.headers().set(HttpHeaderNames.ALLOW, HttpMethod.GET + ", " + HttpMethod.HEAD);
    }
    if (status.equals(HttpResponseStatus.UNAUTHORIZED)) {
      response.headers().set(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer");
    }
    return response;
  }
}
