package dev.dolmen.server.http;

import com.google.rpc.Code;
import dev.dolmen.parameterstore.feature.ShownText;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Which requests are taken, before anybody is called. Stateless. */
final class HttpChecks {
  /** As gRPC has it: eight digits at most, and a unit. */
  private static final String TIMEOUT = "\\d{1,8}[HMSmun]";

  private HttpChecks() {}

  /** What a request is refused with for its first lines; null for one that is taken. */
  static @Nullable HttpFailure refusal(HttpRequest request) {
    if (request.decoderResult().isFailure()) {
      return undecoded(request.decoderResult().cause());
    }
    if (request.protocolVersion().majorVersion() != 1) {
      return HttpFailure.of(
          HttpResponseStatus.HTTP_VERSION_NOT_SUPPORTED,
          Code.INVALID_ARGUMENT,
          ShownText.of(request.protocolVersion().text()) + ", expected HTTP/1.1");
    }
    List<String> hosts = request.headers().getAll(HttpHeaderNames.HOST);
    boolean needsHost = request.protocolVersion().minorVersion() > 0;
    if (hosts.size() > 1 || (hosts.isEmpty() && needsHost)) {
      return bad(hosts.size() + " host headers, expected one");
    }
    if (request.headers().contains(HttpHeaderNames.EXPECT)
        && !HttpUtil.is100ContinueExpected(request)) {
      return HttpFailure.of(
          HttpResponseStatus.EXPECTATION_FAILED,
          Code.INVALID_ARGUMENT,
          "expect: " + value(request, HttpHeaderNames.EXPECT) + ", expected 100-continue");
    }
    return null;
  }

  private static HttpFailure undecoded(Throwable cause) {
    if (cause instanceof TooLongHttpLineException) {
      return HttpFailure.of(
          HttpResponseStatus.REQUEST_URI_TOO_LONG,
          Code.INVALID_ARGUMENT,
          "the request line is too long");
    }
    if (cause instanceof TooLongHttpHeaderException) {
      return HttpFailure.of(
          HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
          Code.INVALID_ARGUMENT,
          "the headers are larger than server.limits.max_header_bytes");
    }
    return bad("this is no request as HTTP/1.1 has it");
  }

  /** What a call is refused with for its body, before it is read; null if it is taken. */
  static @Nullable HttpFailure body(
      HttpRequest request, HttpRoute route, long declaredBytes, int maxBytes) {
    if (route.isWeb()) {
      return webBody(request);
    }
    boolean sent = declaredBytes > 0 || HttpUtil.isTransferEncodingChunked(request);
    if (!route.hasBody()) {
      return sent ? bad("a body, expected none for " + request.method().name()) : null;
    }
    String expected = route.streamsRequests() ? HttpReply.LINES : HttpReply.JSON;
    HttpFailure other = sent ? otherType(request, expected) : null;
    if (other != null) {
      return other;
    }
    String encoding = request.headers().get(HttpHeaderNames.CONTENT_ENCODING, "identity");
    boolean gzip = encoding.equalsIgnoreCase("gzip");
    if (!encoding.equalsIgnoreCase("identity") && (!gzip || route.streamsRequests())) {
      return unsupported(
          "content-encoding: " + ShownText.of(encoding),
          route.streamsRequests() ? "none, as lines are read as they come" : "gzip or none");
    }
    return !route.streamsRequests() && declaredBytes > maxBytes ? tooLarge("body", maxBytes) : null;
  }

  /** How large a message may be is looked at where it comes out of its frames. */
  private static @Nullable HttpFailure webBody(HttpRequest request) {
    HttpFailure other = otherType(request, WebAnswer.PROTO);
    if (other != null && otherType(request, WebAnswer.TYPE) != null) {
      return other;
    }
    String encoding = request.headers().get(HttpHeaderNames.CONTENT_ENCODING, "identity");
    if (!encoding.equalsIgnoreCase("identity")) {
      return unsupported("content-encoding: " + ShownText.of(encoding), "none");
    }
    String timeout = request.headers().get("grpc-timeout");
    return timeout == null || timeout.matches(TIMEOUT)
        ? null
        : bad("grpc-timeout: " + ShownText.of(timeout) + ", expected such as 500m or 2S");
  }

  /** Browsers send some types to anybody without asking: JSON is none of them. */
  static @Nullable HttpFailure otherType(HttpRequest request, String expected) {
    List<String> types = request.headers().getAll(HttpHeaderNames.CONTENT_TYPE);
    if (types.size() != 1) {
      return unsupported(types.size() + " content-type headers", "content-type: " + expected);
    }
    String[] parts = types.getFirst().toLowerCase(Locale.ROOT).split(";", -1);
    boolean fits = parts[0].strip().equals(expected);
    for (int i = 1; i < parts.length; i++) {
      String parameter = parts[i].strip().replace("\"", "");
      fits &= parameter.isEmpty() || parameter.equals("charset=utf-8");
    }
    return fits
        ? null
        : unsupported("content-type: " + ShownText.of(types.getFirst()), expected + ", in UTF-8");
  }

  private static HttpFailure unsupported(String found, String expected) {
    return HttpFailure.of(
        HttpResponseStatus.UNSUPPORTED_MEDIA_TYPE,
        Code.INVALID_ARGUMENT,
        found + ", expected " + expected);
  }

  private static HttpFailure bad(String message) {
    return HttpFailure.of(HttpResponseStatus.BAD_REQUEST, Code.INVALID_ARGUMENT, message);
  }

  /** A body, or a line of one, that is larger than a message may be. */
  static HttpFailure tooLarge(String what, int maxBytes) {
    return HttpFailure.of(
        HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE,
        Code.RESOURCE_EXHAUSTED,
        "the " + what + " is larger than server.limits.max_message_bytes, " + maxBytes + " bytes");
  }

  static boolean isGzipped(HttpHeaders headers) {
    return headers.get(HttpHeaderNames.CONTENT_ENCODING, "").equalsIgnoreCase("gzip");
  }

  /** Whether gzip is among what a caller accepts, and not ruled out by a quality of 0. */
  static boolean takesGzip(String accepted) {
    for (String part : accepted.toLowerCase(Locale.ROOT).split(",", -1)) {
      String[] pieces = part.split(";", -1);
      if (pieces[0].strip().equals("gzip")) {
        return pieces.length == 1 || !pieces[1].strip().matches("q=0(\\.0*)?");
      }
    }
    return false;
  }

  static String shown(String path) {
    return ShownText.of(path);
  }

  private static String value(HttpRequest request, CharSequence name) {
    return ShownText.of(request.headers().get(name, ""));
  }
}
