package dev.dolmen.server.access;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** An issuer of tokens over HTTP on the loopback address, with keys that can change. */
public final class Issuer implements Closeable {
  public static final String AUDIENCE = "dolmen";

  public final AtomicInteger fetches = new AtomicInteger();
  private final HttpServer http;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private volatile List<JWK> keys;
  private volatile int status = 200;
  private volatile String instead = "";

  /** Listens, with one key of each kind. */
  public Issuer() throws IOException, JOSEException {
    keys = List.of(rsa("first"), ec("second"));
    http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    http.setExecutor(threads);
    http.createContext("/jwks", this::keys);
    http.createContext(
        "/.well-known/openid-configuration", exchange -> answer(exchange, 200, configuration()));
    http.start();
  }

  /** What it says of itself. */
  public String configuration() {
    return """
    {"issuer": "URL", "jwks_uri": "URL/jwks",
     "authorization_endpoint": "URL/authorize?tenant=1", "token_endpoint": "URL/token"}
    """
        .replace("URL", url());
  }

  /** Listens at one more path. */
  public void add(String path, HttpHandler handler) {
    http.createContext(path, handler);
  }

  public static RSAKey rsa(String id) throws JOSEException {
    return new RSAKeyGenerator(2048).keyID(id).generate();
  }

  public static ECKey ec(String id) throws JOSEException {
    return new ECKeyGenerator(Curve.P_256).keyID(id).generate();
  }

  private void keys(HttpExchange exchange) throws IOException {
    fetches.incrementAndGet();
    answer(exchange, status, instead.isEmpty() ? jwks() : instead);
  }

  /** Its public keys. */
  public String jwks() {
    return new JWKSet(keys).toPublicJWKSet().toString();
  }

  /** Answers with a text. */
  public static void answer(HttpExchange exchange, int status, String text) throws IOException {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  /** What it calls itself. */
  public String url() {
    return "http://127.0.0.1:" + http.getAddress().getPort();
  }

  /** From now on it has these keys. */
  public void rotate(JWK... next) {
    keys = List.of(next);
  }

  public JWK key(int index) {
    return keys.get(index);
  }

  /** From now on it answers so. */
  public void answer(int otherStatus, String otherText) {
    status = otherStatus;
    instead = otherText;
  }

  /** What a good token says. */
  public JWTClaimsSet.Builder claims(Instant now, String... roles) {
    return new JWTClaimsSet.Builder()
        .issuer(url())
        .audience(AUDIENCE)
        .subject("shop")
        .expirationTime(Date.from(now.plusSeconds(300)))
        .claim("roles", List.of(roles));
  }

  /** A token that is signed with a key. */
  public static String signed(JWK key, JWTClaimsSet claims) throws JOSEException {
    boolean rsa = key instanceof RSAKey;
    JWSSigner signer = rsa ? new RSASSASigner(key.toRSAKey()) : new ECDSASigner(key.toECKey());
    SignedJWT token =
        new SignedJWT(
            new JWSHeader.Builder(rsa ? JWSAlgorithm.RS256 : JWSAlgorithm.ES256)
                .keyID(key.getKeyID())
                .build(),
            claims);
    token.sign(signer);
    return token.serialize();
  }

  @Override
  public void close() {
    http.stop(0);
    threads.shutdownNow();
  }
}
