package dev.dolmen.server.metrics;

import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import org.jspecify.annotations.Nullable;

/**
 * Which requests are taken: GET and HEAD of a path, with nothing in them that two readers could
 * understand differently.
 */
final class HttpRequests {
  private HttpRequests() {}

  /** A decoder for one connection, with bounds on line and headers. */
  static HttpRequestDecoder decoder() {
    return new HttpRequestDecoder(
        new HttpDecoderConfig()
            .setMaxInitialLineLength(HttpLimits.MAX_LINE_BYTES)
            .setMaxHeaderSize(HttpLimits.MAX_HEADER_BYTES)
            .setAllowDuplicateContentLengths(false)
            .setValidateHeaders(true)
            .setStrictLineParsing(true)
            .setUseRfc9112TransferEncoding(true));
  }

  /** What a request is refused with; null for one that is taken. */
  static @Nullable HttpAnswer refusal(HttpRequest request) {
    if (request.decoderResult().isFailure()) {
      return refusal(request.decoderResult().cause());
    }
    if (request.protocolVersion().majorVersion() != 1) {
      return HttpAnswer.line(HttpResponseStatus.HTTP_VERSION_NOT_SUPPORTED, "HTTP/1.1 only");
    }
    if (!request.method().equals(HttpMethod.GET) && !request.method().equals(HttpMethod.HEAD)) {
      return HttpAnswer.line(HttpResponseStatus.METHOD_NOT_ALLOWED, "GET and HEAD only");
    }
    if (!request.uri().startsWith("/")) {
      return HttpAnswer.line(HttpResponseStatus.BAD_REQUEST, "a path is expected");
    }
    if (request.headers().contains(HttpHeaderNames.TRANSFER_ENCODING)) {
      return HttpAnswer.line(HttpResponseStatus.BAD_REQUEST, "no transfer encoding is taken");
    }
    if (request.headers().getAll(HttpHeaderNames.HOST).size() > 1) {
      return HttpAnswer.line(HttpResponseStatus.BAD_REQUEST, "one host is expected");
    }
    return null;
  }

  private static HttpAnswer refusal(Throwable cause) {
    if (cause instanceof TooLongHttpLineException) {
      return HttpAnswer.line(
          HttpResponseStatus.REQUEST_URI_TOO_LONG, "the request line is too long");
    }
    if (cause instanceof TooLongHttpHeaderException) {
      return HttpAnswer.line(
          HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "the headers are too long");
    }
    return HttpAnswer.line(HttpResponseStatus.BAD_REQUEST, "not a request");
  }

  /** The path, without what stands behind a question mark. */
  static String path(HttpRequest request) {
    String uri = request.uri();
    int query = uri.indexOf('?');
    return query < 0 ? uri : uri.substring(0, query);
  }
}
