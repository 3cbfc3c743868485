package dev.dolmen.server.access;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Asks an issuer by HTTPS. Bounded in time and bytes, and not redirected, as that could lead
 * anywhere. Any thread; whoever calls waits.
 */
final class IssuerHttp {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final int TIMEOUT_MS = 5_000;
  private static final long ALL_MS = 10_000;
  private static final int MAX_BYTES = 1 << 20;
  private static final int CHUNK_BYTES = 8 << 10;

  private final InstantSource clock;

  IssuerHttp(InstantSource clock) {
    this.clock = clock;
  }

  /**
   * What came.
   *
   * @param status of HTTP
   */
  record Answer(int status, String text) {}

  /** Why a URL cannot be trusted to lead to an issuer; empty if it can. */
  static Optional<String> refusal(String url) {
    URI uri;
    try {
      uri = URI.create(url);
    } catch (IllegalArgumentException e) {
      return Optional.of("expected a URL");
    }
    String host = uri.getHost();
    if (host == null || uri.getUserInfo() != null) {
      return Optional.of("expected a URL with a host, and without a user");
    }
    boolean secure = "https".equalsIgnoreCase(uri.getScheme());
    boolean local = "http".equalsIgnoreCase(uri.getScheme()) && isLoopback(host);
    return secure || local
        ? Optional.empty()
        : Optional.of(
            "expected https, or http to this machine: keys that others can change on the"
                + " way prove nothing");
  }

  private static boolean isLoopback(String host) {
    String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    try {
      return bare.equals("localhost") || InetAddress.ofLiteral(bare).isLoopbackAddress();
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /**
   * What an issuer says of itself, as OpenID Connect Discovery 1.0 has it; the answer has to name
   * the issuer that was asked.
   *
   * @throws IOException if it says nothing, or names another
   */
  JsonNode discover(String issuer) throws IOException {
    String base = issuer.endsWith("/") ? issuer.substring(0, issuer.length() - 1) : issuer;
    String asked = base + "/.well-known/openid-configuration";
    JsonNode answer = json(asked, get(asked));
    if (!answer.path("issuer").asText().equals(issuer)) {
      throw new IOException(asked + ": names another issuer");
    }
    return answer;
  }

  /**
   * A URL that an issuer has named.
   *
   * @param document what it says of itself
   * @throws IOException if it names none, or one that cannot be trusted
   */
  static String url(JsonNode document, String name) throws IOException {
    String url = document.path(name).asText();
    Optional<String> refusal = refusal(url);
    if (refusal.isPresent()) {
      throw new IOException("the issuer's configuration: " + name + ": " + refusal.get());
    }
    return url;
  }

  /**
   * Reads JSON.
   *
   * @param where it comes from, for the message
   * @throws IOException if it is none
   */
  static JsonNode json(String where, String text) throws IOException {
    try {
      return MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IOException(where + ": no JSON", e);
    }
  }

  /**
   * Gets a text.
   *
   * @throws IOException if it does not come, with a status of 200, within time and bytes
   */
  String get(String url) throws IOException {
    Answer answer = ask(url, null);
    if (answer.status() != HttpURLConnection.HTTP_OK) {
      throw new IOException(url + ": status " + answer.status());
    }
    return answer.text();
  }

  /**
   * Posts a form, once.
   *
   * @throws IOException if no answer comes within time and bytes
   */
  Answer post(String url, String form) throws IOException {
    return ask(url, form.getBytes(StandardCharsets.US_ASCII));
  }

  private Answer ask(String url, byte @Nullable [] form) throws IOException {
    Instant end = clock.instant().plusMillis(ALL_MS);
    HttpURLConnection connection = (HttpURLConnection) URI.create(url).toURL().openConnection();
    try {
      connection.setConnectTimeout(TIMEOUT_MS);
      connection.setReadTimeout(TIMEOUT_MS);
      connection.setInstanceFollowRedirects(false);
      connection.setUseCaches(false);
      connection.setRequestProperty("Accept", "application/json");
      if (form != null) {
        connection.setDoOutput(true);
        connection.setRequestProperty("Content-Type", "application/x-www-form-urlencoded");
        connection.setFixedLengthStreamingMode(form.length); // It is not sent a second time.
        connection.getOutputStream().write(form);
      }
      int status = connection.getResponseCode();
      try (InputStream in =
          status < HttpURLConnection.HTTP_BAD_REQUEST
              ? connection.getInputStream()
              : connection.getErrorStream()) {
        return new Answer(status, in == null ? "" : read(url, in, end));
      }
    } finally {
      connection.disconnect();
    }
  }

  private String read(String url, InputStream in, Instant end) throws IOException {
    ByteArrayOutputStream read = new ByteArrayOutputStream();
    byte[] chunk = new byte[CHUNK_BYTES];
    for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
      read.write(chunk, 0, n);
      if (read.size() > MAX_BYTES) {
        throw new IOException(url + ": more than 1 MiB");
      }
      if (clock.instant().isAfter(end)) {
        throw new IOException(url + ": takes more than " + ALL_MS + " ms");
      }
    }
    return read.toString(StandardCharsets.UTF_8);
  }
}
