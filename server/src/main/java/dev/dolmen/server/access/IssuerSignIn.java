package dev.dolmen.server.access;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.nimbusds.jwt.JWTClaimsSet;
import dev.dolmen.parameterstore.feature.ShownText;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sign-in at an issuer by OpenID Connect Core 1.0, section 3.1: authorization code with PKCE (RFC
 * 7636), for a public client. The page makes state, nonce and verifier, keeps them in its tab, and
 * compares the state; the code is exchanged here, so that a page asks nobody but this server. The
 * ID token has to be the issuer's, for this client, with the page's nonce; and the token that the
 * page gets has to be one that this server takes.
 *
 * <p>Anybody may ask, as nobody has signed in yet: {@link #AT_ONCE} exchanges run at a time, each
 * bounded by {@link IssuerHttp}, and who comes when these are taken is told to come again. What the
 * issuer says of itself is kept for {@link #KEPT}.
 */
final class IssuerSignIn implements SignIn {
  static final int AT_ONCE = 8;
  private static final Duration KEPT = Duration.ofMinutes(5);
  private static final Logger LOG = LoggerFactory.getLogger(IssuerSignIn.class);

  private static final Pattern CODE = Pattern.compile("[\\x21-\\x7e]{1,4096}");
  private static final Pattern VERIFIER = Pattern.compile("[A-Za-z0-9._~-]{43,128}");
  private static final Pattern NONCE = Pattern.compile("[A-Za-z0-9_-]{22,128}");
  private static final Pattern REDIRECT =
      Pattern.compile("https?://[\\x21-\\x7e&&[^#?]]{1,1000}/console/");

  private final JwtOptions jwt;
  private final SignInOptions options;
  private final Tokens tokens;
  private final TokenCheck idTokens;
  private final SignIns told;
  private final IssuerHttp http;
  private final InstantSource clock;
  private final Semaphore running = new Semaphore(AT_ONCE);
  private final AtomicBoolean failing = new AtomicBoolean();
  private volatile @Nullable Document document;

  /**
   * @param told of each exchange
   */
  IssuerSignIn(
      JwtOptions jwt,
      SignInOptions options,
      Tokens tokens,
      SignIns told,
      IssuerHttp http,
      InstantSource clock) {
    this.jwt = jwt;
    this.options = options;
    this.tokens = tokens;
    this.told = told;
    this.http = http;
    this.clock = clock;
    idTokens = tokens.madeFor(options.clientId());
  }

  /** What the issuer says of itself. */
  private record Document(String authorizationUrl, String tokenUrl, Instant until) {}

  @Override
  public String offer() throws Refusal {
    Document known = inTurn(this::document);
    ObjectNode offer = JsonNodeFactory.instance.objectNode();
    offer.put("offered", true);
    offer.put("issuer", jwt.issuer());
    offer.put("authorization_endpoint", known.authorizationUrl());
    offer.put("client_id", options.clientId());
    offer.put("scope", options.scopes());
    return offer.toString();
  }

  @Override
  public String exchange(byte[] request, SocketAddress remote) throws Refusal {
    try {
      Map<String, String> sent = sent(request);
      Taken taken = inTurn(() -> exchanged(sent));
      told.signedIn(taken.who(), remote);
      ObjectNode signedIn = JsonNodeFactory.instance.objectNode();
      signedIn.put("token", taken.token());
      signedIn.put("name", taken.who().name());
      return signedIn.toString();
    } catch (Refusal e) {
      told.notSignedIn(e, remote);
      throw e;
    }
  }

  /** A token that this server takes, and whose it is. */
  private record Taken(String token, Principal who) {}

  private Taken exchanged(Map<String, String> sent) throws IOException, Refusal {
    JsonNode answer = answer(document().tokenUrl(), sent);
    String idToken = answer.path("id_token").asText();
    String subject = checkId(idToken, sent.getOrDefault("nonce", ""));
    boolean forConsole = options.token() == SignInOptions.Token.ID_TOKEN;
    String token = forConsole ? idToken : answer.path("access_token").asText();
    return new Taken(token, taken(token, subject));
  }

  private interface Asking<T> {
    T ask() throws IOException, Refusal;
  }

  private <T> T inTurn(Asking<T> asking) throws Refusal {
    if (!running.tryAcquire()) {
      throw Refusal.unavailable("too many sign in at once: try again");
    }
    try {
      return asking.ask();
    } catch (IOException e) {
      say(e.toString());
      throw Refusal.unavailable("the issuer cannot be asked: try again, or sign in by a key");
    } finally {
      running.release();
    }
  }

  /** Once for each time that it is away: anybody may try to sign in as often as he likes. */
  private void say(String why) {
    if (failing.compareAndSet(false, true)) {
      LOG.warn("Nobody can sign in at the issuer {}: {}", jwt.issuer(), ShownText.within(why, 500));
    }
  }

  private void answered() {
    if (failing.compareAndSet(true, false)) {
      LOG.info("The issuer {} answers those who sign in again", jwt.issuer());
    }
  }

  private Document document() throws IOException {
    Document known = document;
    if (known == null || clock.instant().isAfter(known.until())) {
      JsonNode said = http.discover(jwt.issuer());
      known =
          new Document(
              IssuerHttp.url(said, "authorization_endpoint"),
              IssuerHttp.url(said, "token_endpoint"),
              clock.instant().plus(KEPT));
      answered();
      document = known;
    }
    return known;
  }

  private static Map<String, String> sent(byte[] request) throws Refusal {
    JsonNode json;
    try {
      json = IssuerHttp.json("body", new String(request, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw Refusal.invalid("the body is no JSON");
    }
    Map<String, String> sent = new LinkedHashMap<>();
    put(sent, json, "code", CODE, "what the issuer sent the page back with");
    put(sent, json, "code_verifier", VERIFIER, "43 to 128 characters, as RFC 7636 has it");
    put(sent, json, "nonce", NONCE, "22 to 128 letters, digits, _ and -");
    put(sent, json, "redirect_uri", REDIRECT, "the address of the console's page");
    return sent;
  }

  /** What came may be a secret and is not named. */
  private static void put(
      Map<String, String> sent, JsonNode json, String name, Pattern form, String expected)
      throws Refusal {
    String value = json.path(name).asText();
    if (!form.matcher(value).matches()) {
      throw Refusal.invalid(name + ": expected " + expected);
    }
    sent.put(name, value);
  }

  private JsonNode answer(String tokenUrl, Map<String, String> sent) throws IOException, Refusal {
    Map<String, String> form = new LinkedHashMap<>(sent);
    form.remove("nonce");
    form.put("grant_type", "authorization_code");
    form.put("client_id", options.clientId());
    IssuerHttp.Answer answer =
        http.post(
            tokenUrl,
            form.entrySet().stream()
                .map(
                    e -> e.getKey() + '=' + URLEncoder.encode(e.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&")));
    if (answer.status() >= 500) {
      throw new IOException(tokenUrl + ": status " + answer.status());
    }
    JsonNode said = IssuerHttp.json(tokenUrl, answer.text());
    answered();
    if (answer.status() != 200) {
      throw Refusal.notSignedIn(
          "",
          "the issuer refuses the sign-in: "
              + ShownText.within(ShownText.of(said.path("error").asText("no reason")), 100));
    }
    return said;
  }

  /**
   * As OpenID Connect Core 1.0 has it in section 3.1.3.7.
   *
   * @return whom it is of, as logs show it
   */
  private String checkId(String idToken, String nonce) throws Refusal {
    try {
      JWTClaimsSet said = idTokens.verified(idToken);
      Object party = said.getClaim("azp");
      if (party == null ? said.getAudience().size() > 1 : !party.equals(options.clientId())) {
        throw Refusal.notSignedIn(
            "", "it was made for another party, expected " + options.clientId());
      }
      String named = said.getClaim("nonce") instanceof String text ? text : "";
      if (!MessageDigest.isEqual(
          named.getBytes(StandardCharsets.UTF_8), nonce.getBytes(StandardCharsets.UTF_8))) {
        throw Refusal.notSignedIn("", "it has another nonce than this sign-in");
      }
      return ShownText.of(String.valueOf(said.getSubject()));
    } catch (Refusal e) {
      throw because("the issuer's ID token is refused: ", "", e);
    }
  }

  /**
   * @param subject of the ID token
   */
  private Principal taken(String token, String subject) throws Refusal {
    try {
      Principal who = tokens.prove(token).principal();
      if (who.roles().isEmpty()) {
        throw Refusal.notSignedIn(
            subject,
            who.name() + " has no role here: the claim " + jwt.rolesClaim() + " has none of them");
      }
      return who;
    } catch (Refusal e) {
      throw because("the issuer's token is none that this server takes: ", subject, e);
    }
  }

  private static Refusal because(String what, String subject, Refusal e) {
    return e.status().getCode() == io.grpc.Status.Code.UNAVAILABLE
        ? e
        : Refusal.notSignedIn(subject, what + e.why());
  }
}
