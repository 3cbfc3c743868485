package dev.dolmen.server.http;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

/**
 * A whole answer. Immutable but for its body, which nobody changes.
 *
 * @param headers besides those that every answer has
 */
@SuppressWarnings("ArrayRecordComponent") // A carrier, never compared.
record HttpReply(HttpResponseStatus status, byte[] body, Map<String, String> headers) {
  static final String JSON = "application/json";
  static final String LINES = "application/x-ndjson";

  /** What is smaller gains nothing by being compressed. */
  private static final int GZIP_FROM_BYTES = 1_024;

  /** JSON of an answer. */
  static HttpReply json(byte[] json) {
    return new HttpReply(HttpResponseStatus.OK, json, Map.of("content-type", JSON));
  }

  /** Why there is none. */
  static HttpReply failure(HttpFailure failure) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("content-type", JSON);
    if (failure.http().equals(HttpResponseStatus.UNAUTHORIZED)) {
      headers.put("www-authenticate", "Bearer");
    }
    if (!failure.allow().isEmpty()) {
      headers.put("allow", String.join(", ", failure.allow()));
    }
    if (failure.retryAfterSeconds() > 0) {
      headers.put("retry-after", Long.toString(failure.retryAfterSeconds()));
    }
    return new HttpReply(failure.http(), failure.json(), headers);
  }

  /** The same, compressed if that is worth it. */
  HttpReply gzipped() {
    if (body.length < GZIP_FROM_BYTES) {
      return this;
    }
    ByteArrayOutputStream smaller = new ByteArrayOutputStream(body.length / 4);
    try (GZIPOutputStream gzip = new GZIPOutputStream(smaller)) {
      gzip.write(body);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // Memory cannot fail to be written.
    }
    Map<String, String> with = new LinkedHashMap<>(headers);
    with.put("content-encoding", "gzip");
    with.put("vary", "accept-encoding");
    return new HttpReply(status, smaller.toByteArray(), with);
  }

  /** As Netty writes it. */
  FullHttpResponse response(Map<String, String> others, boolean keepsAlive, boolean head) {
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            status,
            head ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(body));
    setHeaders(response, others, keepsAlive);
    headers.forEach((name, value) -> response.headers().set(name, value));
    if (!status.equals(HttpResponseStatus.NO_CONTENT)
        && !status.equals(HttpResponseStatus.NOT_MODIFIED)) {
      response.headers().set(HttpHeaderNames.CONTENT_LENGTH, body.length);
    }
    return response;
  }

  /** The beginning of an answer that is written as it is made. */
  static HttpResponse stream(String type, Map<String, String> others, boolean keepsAlive) {
    HttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
    setHeaders(response, others, keepsAlive);
    response
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, type)
        .set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
    return response;
  }

  private static void setHeaders(
      HttpResponse response, Map<String, String> others, boolean keepsAlive) {
    response
        .headers()
        .set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE)
        .set("x-content-type-options", "nosniff");
    others.forEach((name, value) -> response.headers().set(name, value));
    if (!keepsAlive) {
      response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    }
  }
}
