package dev.dolmen.server.access;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jwt.JWTClaimsSet;
import com.sun.net.httpserver.HttpExchange;
import java.io.Closeable;
import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/** A provider of OpenID Connect over HTTP: whoever comes is signed in at once. */
public final class Provider implements Closeable {
  public static final String CLIENT = "dolmen-console";

  public final Issuer issuer;
  public final AtomicInteger exchanges = new AtomicInteger();

  /** Changes what the next ID tokens and access tokens say. */
  public volatile UnaryOperator<JWTClaimsSet.Builder> id = claims -> claims;

  public volatile UnaryOperator<JWTClaimsSet.Builder> access = claims -> claims;

  /** Makes a token of claims. */
  public volatile Signing signing = claims -> Issuer.signed(key(), claims);

  private final Map<String, Map<String, String>> codes = new ConcurrentHashMap<>();

  /** How claims become a token. */
  public interface Signing {
    String sign(JWTClaimsSet claims) throws JOSEException;
  }

  /** Listens. */
  public Provider() throws IOException, JOSEException {
    issuer = new Issuer();
    issuer.add("/authorize", this::authorize);
    issuer.add("/token", this::token);
  }

  private JWK key() {
    return issuer.key(0);
  }

  private void authorize(HttpExchange exchange) throws IOException {
    Map<String, String> asked = form(exchange.getRequestURI().getRawQuery());
    boolean good =
        asked.getOrDefault("response_type", "").equals("code")
            && asked.getOrDefault("client_id", "").equals(CLIENT)
            && List.of(asked.getOrDefault("scope", "").split(" ", -1)).contains("openid")
            && asked.getOrDefault("code_challenge_method", "").equals("S256")
            && asked.containsKey("code_challenge");
    if (!good) {
      Issuer.answer(exchange, 400, "{\"error\":\"invalid_request\"}");
      return;
    }
    String code = UUID.randomUUID().toString();
    codes.put(code, asked);
    exchange
        .getResponseHeaders()
        .set(
            "location",
            asked.get("redirect_uri")
                + "?code="
                + code
                + "&state="
                + URLEncoder.encode(asked.getOrDefault("state", ""), UTF_8));
    exchange.sendResponseHeaders(302, -1);
    exchange.close();
  }

  private void token(HttpExchange exchange) throws IOException {
    exchanges.incrementAndGet();
    Map<String, String> sent =
        form(new String(exchange.getRequestBody().readNBytes(1 << 16), UTF_8));
    Map<String, String> asked = codes.remove(sent.getOrDefault("code", ""));
    if (asked == null) {
      Issuer.answer(exchange, 400, "{\"error\":\"invalid_grant\"}");
      return;
    }
    boolean good =
        exchange.getRequestMethod().equals("POST")
            && sent.getOrDefault("grant_type", "").equals("authorization_code")
            && sent.getOrDefault("client_id", "").equals(CLIENT)
            && sent.getOrDefault("redirect_uri", "").equals(asked.get("redirect_uri"))
            && challenge(sent.getOrDefault("code_verifier", ""))
                .equals(asked.get("code_challenge"));
    if (!good) {
      Issuer.answer(exchange, 400, "{\"error\":\"invalid_grant\"}");
      return;
    }
    try {
      JWTClaimsSet.Builder made =
          issuer.claims(Instant.now()).audience(CLIENT).claim("nonce", asked.get("nonce"));
      String idToken = signing.sign(id.apply(made).build());
      JWTClaimsSet.Builder forServer = issuer.claims(Instant.now(), "read", "admin");
      String accessToken = Issuer.signed(key(), access.apply(forServer).build());
      Issuer.answer(
          exchange,
          200,
          "{\"token_type\":\"Bearer\",\"expires_in\":300,\"access_token\":\""
              + accessToken
              + "\",\"id_token\":\""
              + idToken
              + "\"}");
    } catch (JOSEException e) {
      Issuer.answer(exchange, 500, e.toString());
    }
  }

  /** What a verifier comes to by S256. */
  public static String challenge(String verifier) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(US_ASCII));
      return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The fields of a query or a form. */
  public static Map<String, String> form(String text) {
    Map<String, String> fields = new HashMap<>();
    for (String part : text.split("&", -1)) {
      String[] pair = part.split("=", 2);
      fields.put(pair[0], pair.length < 2 ? "" : URLDecoder.decode(pair[1], UTF_8));
    }
    return fields;
  }

  @Override
  public void close() {
    issuer.close();
  }
}
