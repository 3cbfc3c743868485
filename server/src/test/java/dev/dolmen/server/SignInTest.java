package dev.dolmen.server;

import static dev.dolmen.server.HttpClientCalls.failure;
import static dev.dolmen.server.HttpClientCalls.good;
import static dev.dolmen.server.SignInPage.NONCE;
import static dev.dolmen.server.SignInPage.PATH;
import static dev.dolmen.server.SignInPage.REDIRECT;
import static dev.dolmen.server.SignInPage.VERIFIER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import dev.dolmen.server.access.Issuer;
import dev.dolmen.server.access.Provider;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.trainer.Patience;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

/** Sign-in to the console at a provider of OpenID Connect, all of it over real sockets. */
@TestInstance(Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class SignInTest {
  private Provider provider;
  private SignInPage page;
  private StandaloneServer server;
  private HttpClientCalls http;

  @BeforeAll
  void start(@TempDir Path directory) throws Exception {
    provider = new Provider();
    page = new SignInPage(provider);
    server = page.start(directory.resolve("data"), "dolmen", "access_token");
    http = new HttpClientCalls(server.httpPort());
  }

  @BeforeEach
  void asProvidersAre() {
    provider.id = claims -> claims;
    provider.access = claims -> claims;
    provider.signing = claims -> Issuer.signed(provider.issuer.key(0), claims);
  }

  @AfterAll
  void stop() {
    http.close();
    server.close();
    provider.close();
  }

  private String code() throws Exception {
    return page.code(http);
  }

  private HttpResponse<String> exchange(String code, String verifier, String nonce)
      throws Exception {
    return SignInPage.exchange(http, code, verifier, nonce);
  }

  private void refused(String why) throws Exception {
    assertThat(failure(exchange(code(), VERIFIER, NONCE), 401).get("message").asText())
        .contains(why);
  }

  @Test
  void whoSignsInGetsATokenWithItsRoles() throws Exception {
    JsonNode signedIn = good(exchange(code(), VERIFIER, NONCE));
    assertThat(signedIn.get("name").asText()).isEqualTo("shop");
    String bearer = "Bearer " + signedIn.get("token").asText();
    JsonNode schema = good(http.send(http.request("/v1/schema").header("authorization", bearer)));
    assertThat(schema.get("caller_roles").toString()).isEqualTo("[\"read\",\"admin\"]");
    failure(http.get("/v1/schema"), 401);
  }

  /** What is stolen on the way back is worth nothing, and no code is good twice. */
  @Test
  void aCodeIsGoodOnceAndOnlyForWhoAskedForIt() throws Exception {
    String code = code();
    failure(exchange(code, "w".repeat(43), NONCE), 401);
    assertThat(failure(exchange(code, VERIFIER, NONCE), 401).get("message").asText())
        .isEqualTo("the issuer refuses the sign-in: invalid_grant");
    String other = "http://127.0.0.1:9999/console/";
    failure(SignInPage.exchange(http, code(), VERIFIER, NONCE, other), 401);
    String good = code();
    good(exchange(good, VERIFIER, NONCE));
    failure(exchange(good, VERIFIER, NONCE), 401);
    assertThat(failure(exchange(code(), VERIFIER, "m".repeat(22)), 401).get("message").asText())
        .isEqualTo("the issuer's ID token is refused: it has another nonce than this sign-in");
  }

  @Test
  void whatAnIdTokenSaysIsChecked() throws Exception {
    Date past = Date.from(Instant.now().minusSeconds(3_600));
    Map<String, UnaryOperator<JWTClaimsSet.Builder>> wrong =
        Map.of(
            "another audience", c -> c.audience("someone-else"),
            "another issuer", c -> c.issuer("https://evil.example"),
            "has expired", c -> c.expirationTime(past),
            "never expires", c -> c.expirationTime(null),
            "another party", c -> c.claim("azp", "someone-else"),
            "another nonce", c -> c.claim("nonce", "x"),
            "of nobody", c -> c.subject(null));
    for (var each : wrong.entrySet()) {
      provider.id = each.getValue();
      refused(each.getKey());
    }
    provider.id = c -> c.audience(List.of(Provider.CLIENT, "someone-else"));
    refused("another party");
    provider.id = c -> c.audience(List.of(Provider.CLIENT, "x")).claim("azp", Provider.CLIENT);
    good(exchange(code(), VERIFIER, NONCE));
    provider.id = c -> c.claim("nonce", null);
    refused("another nonce");
  }

  @Test
  void forgedIdTokensAreRefused() throws Exception {
    RSAKey own = Issuer.rsa("first");
    byte[] open = provider.issuer.key(0).toRSAKey().toRSAPublicKey().getEncoded();
    List<Provider.Signing> forgeries =
        List.of(
            claims -> new PlainJWT(claims).serialize(),
            claims -> Issuer.signed(own, claims),
            claims -> {
              SignedJWT token = new SignedJWT(new JWSHeader(JWSAlgorithm.HS256), claims);
              token.sign(new MACSigner(open));
              return token.serialize();
            },
            claims -> "",
            claims -> "no.token.at-all");
    for (Provider.Signing forgery : forgeries) {
      provider.signing = forgery;
      refused("the issuer's ID token is refused: the token is none that the issuer signed");
    }
    provider.signing = claims -> Issuer.signed(provider.issuer.key(1), claims);
    good(exchange(code(), VERIFIER, NONCE));
  }

  @Test
  void aTokenThatThisServerWouldNotTakeIsNotHandedOut() throws Exception {
    provider.access = c -> c.audience("another-api");
    refused("the issuer's token is none that this server takes: the token is for another audience");
    provider.access = c -> c.claim("roles", List.of("cook"));
    refused("shop has no role here: the claim roles has none of them");
  }

  @Test
  void keysOfTheIssuerMayChange() throws Exception {
    good(exchange(code(), VERIFIER, NONCE));
    var before = List.of(provider.issuer.key(0), provider.issuer.key(1));
    provider.issuer.rotate(Issuer.rsa("later"), Issuer.ec("later-ec"));
    try {
      untilTaken();
    } finally {
      provider.issuer.rotate(before.get(0), before.get(1));
    }
    untilTaken();
  }

  /** The keys are fetched again once a second at most. */
  private void untilTaken() throws Exception {
    long end = System.nanoTime() + Patience.FAR.toNanos();
    HttpResponse<String> answer = exchange(code(), VERIFIER, NONCE);
    while (answer.statusCode() != 200) {
      assertThat(System.nanoTime()).as(answer.body()).isLessThan(end);
      Thread.sleep(100);
      answer = exchange(code(), VERIFIER, NONCE);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "no json|the body is no JSON",
        "{}|code: expected what the issuer",
        "{\"code\": \"a b\"}|code: expected",
        "{\"code\": \"c\", \"code_verifier\": \"short\"}|code_verifier: expected 43",
      })
  void whatIsNoSignInAsksNobody(String body, String why) throws Exception {
    int before = provider.exchanges.get();
    assertThat(failure(http.post(PATH, body), 400).get("message").asText()).contains(why);
    for (String redirect :
        List.of(
            "", "javascript:alert(1)/console/", "http://x/console/#", "http://x/", "/console/")) {
      assertThat(
              failure(SignInPage.exchange(http, "c", VERIFIER, NONCE, redirect), 400)
                  .get("message")
                  .asText())
          .as(redirect)
          .startsWith("redirect_uri: expected");
    }
    failure(exchange("c", VERIFIER, "n"), 400);
    assertThat(provider.exchanges).hasValue(before);
  }

  @Test
  void pagesOfElsewhereAndOtherBodiesAreRefused() throws Exception {
    String json = "{\"code\": \"c\"}";
    HttpRequest.Builder post =
        http.request(PATH)
            .header("content-type", "application/json")
            .POST(BodyPublishers.ofString(json));
    failure(http.send(post.copy().header("origin", "http://evil.example")), 403);
    failure(http.send(post.copy().header("sec-fetch-site", "cross-site")), 403);
    failure(http.send(post.copy().setHeader("content-type", "text/plain")), 415);
    failure(http.send(post.copy().POST(BodyPublishers.ofString("x".repeat(20_000)))), 413);
    failure(http.send(http.request(PATH).DELETE()), 405);
    failure(http.get(PATH + "/"), 404);
  }

  @Test
  void theIdTokenMayBeTheKey(@TempDir Path directory) throws Exception {
    provider.id = c -> c.claim("roles", List.of("read"));
    try (StandaloneServer other = page.start(directory, Provider.CLIENT, "id_token");
        HttpClientCalls calls = new HttpClientCalls(other.httpPort())) {
      JsonNode signedIn = good(SignInPage.exchange(calls, code(), VERIFIER, NONCE, REDIRECT));
      String bearer = "Bearer " + signedIn.get("token").asText();
      good(calls.send(calls.request("/v1/schema").header("authorization", bearer)));
    }
  }

  @Test
  void aProviderThatIsAwayIsSaidAndWithoutOneNothingIsOffered(@TempDir Path directory)
      throws Exception {
    ListAppender<ILoggingEvent> lines = new ListAppender<>();
    lines.start();
    ((Logger) LoggerFactory.getLogger("dev.dolmen.server.access.IssuerSignIn")).addAppender(lines);
    for (String client : List.of("c", "")) {
      String yaml =
          """
          data_directory: %s
          server:
            port: 0
            metrics: false
            warm_up: 0s
            http: {port: 0}
            access: {jwt: {issuer: "http://127.0.0.1:1", audience: a}, oidc: {client_id: "%s"}}
          schema: {slots: [{name: item_id, kind: id}]}
          """
              .formatted(directory.resolve("d" + client), client);
      DolmenConfig config = DolmenConfig.parse("test", yaml, Map.of());
      try (StandaloneServer other = StandaloneServer.start(config);
          HttpClientCalls calls = new HttpClientCalls(other.httpPort())) {
        if (client.isEmpty()) {
          assertThat(good(calls.get(PATH)).toString()).isEqualTo("{\"offered\":false}");
          failure(SignInPage.exchange(calls, "c", VERIFIER, NONCE, REDIRECT), 400);
        } else {
          assertThat(failure(calls.get(PATH), 503).get("message").asText())
              .isEqualTo("the issuer cannot be asked: try again, or sign in by a key");
          failure(SignInPage.exchange(calls, "c", VERIFIER, NONCE, REDIRECT), 503);
        }
      }
    }
    assertThat(lines.list)
        .as("once, however often somebody tries")
        .extracting(ILoggingEvent::getFormattedMessage)
        .singleElement()
        .asString()
        .startsWith("Nobody can sign in at the issuer http://127.0.0.1:1: ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{oidc: {client_id: c}}|server.access.oidc.client_id: needs server.access.jwt.issuer",
        "{oidc: {scopes: profile}}|server.access.oidc.scopes: profile: expected openid among them",
        "{oidc: {token: both}}|server.access.oidc.token: \"both\": expected one of access_token,"
            + " id_token",
        "{jwt: {issuer: 'https://i', audience: a}, oidc: {client_id: c, token: id_token}}"
            + "|server.access.oidc.token: id_token: its audience is client_id, expected the same",
      })
  void settingsThatDoNotFitAreNamed(String access, String message) {
    String yaml = "server: {access: " + access + "}\nschema: {slots: [{name: i, kind: id}]}\n";
    assertThatThrownBy(() -> DolmenConfig.parse("f.yaml", yaml, Map.of()))
        .hasMessageContaining(message);
  }
}
