package dev.dolmen.server.access;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.JWKSetCacheRefreshEvaluator;
import com.nimbusds.jose.jwk.source.JWKSetParseException;
import com.nimbusds.jose.jwk.source.JWKSetRetrievalException;
import com.nimbusds.jose.jwk.source.JWKSetSource;
import com.nimbusds.jose.jwk.source.JWKSetUnavailableException;
import com.nimbusds.jose.proc.SecurityContext;
import dev.dolmen.parameterstore.feature.ShownText;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches an issuer's keys by HTTPS, each time it is asked: who caches them is before it. Bounded
 * in time and bytes, and not redirected, as that could lead anywhere. Called by the threads of
 * calls, which may wait, one at a time.
 */
final class IssuerFetch implements JWKSetSource<SecurityContext> {
  private static final Logger LOG = LoggerFactory.getLogger(IssuerFetch.class);
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final int TIMEOUT_MS = 5_000;
  private static final long ALL_MS = 10_000;
  private static final int MAX_BYTES = 1 << 20;
  private static final int CHUNK_BYTES = 8 << 10;

  private final String issuer;
  private final InstantSource clock;

  /** Where the keys are; empty until the issuer has said so. */
  private volatile String keysUrl;

  private volatile boolean failing;

  IssuerFetch(String issuer, String keysUrl, InstantSource clock) {
    this.issuer = issuer;
    this.keysUrl = keysUrl;
    this.clock = clock;
  }

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

  @Override
  public JWKSet getJWKSet(
      JWKSetCacheRefreshEvaluator refresh, long currentTime, @Nullable SecurityContext context)
      throws JWKSetUnavailableException {
    try {
      String url = keysUrl.isEmpty() ? discover() : keysUrl;
      JWKSet keys = JWKSet.parse(get(url));
      keysUrl = url;
      if (failing) {
        LOG.info("The keys of the issuer {} are fetched again", issuer);
        failing = false;
      }
      return keys;
    } catch (IOException e) {
      say(e.toString());
      throw new JWKSetRetrievalException("not fetched", e);
    } catch (ParseException e) {
      say("what came is no set of keys");
      throw new JWKSetParseException("not parsed", e);
    }
  }

  /** Whether the keys could not be fetched when that was tried last. */
  boolean isFailing() {
    return failing;
  }

  private void say(String why) {
    if (!failing) {
      LOG.warn(
          "The keys of the issuer {} cannot be fetched; those that are known are used on for"
              + " server.access.jwt.keep: {}",
          issuer,
          ShownText.within(why, 500));
      failing = true;
    }
  }

  /** As OpenID Connect Discovery 1.0 has it; the answer has to name the issuer that was asked. */
  private String discover() throws IOException {
    String base = issuer.endsWith("/") ? issuer.substring(0, issuer.length() - 1) : issuer;
    String asked = base + "/.well-known/openid-configuration";
    JsonNode answer;
    try {
      answer = MAPPER.readTree(get(asked));
    } catch (JsonProcessingException e) {
      throw new IOException(asked + ": no JSON", e);
    }
    if (!answer.path("issuer").asText().equals(issuer)) {
      throw new IOException(asked + ": names another issuer");
    }
    String url = answer.path("jwks_uri").asText();
    Optional<String> refusal = refusal(url);
    if (refusal.isPresent()) {
      throw new IOException(asked + ": jwks_uri: " + refusal.get());
    }
    return url;
  }

  private String get(String url) throws IOException {
    Instant end = clock.instant().plusMillis(ALL_MS);
    HttpURLConnection connection = (HttpURLConnection) URI.create(url).toURL().openConnection();
    try {
      connection.setConnectTimeout(TIMEOUT_MS);
      connection.setReadTimeout(TIMEOUT_MS);
      connection.setInstanceFollowRedirects(false);
      connection.setUseCaches(false);
      connection.setRequestProperty("Accept", "application/json");
      if (connection.getResponseCode() != HttpURLConnection.HTTP_OK) {
        throw new IOException(url + ": status " + connection.getResponseCode());
      }
      try (InputStream in = connection.getInputStream()) {
        return read(url, in, end);
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

  @Override
  public void close() {}
}
