package dev.dolmen.server;

import static dev.dolmen.server.HttpClientCalls.failure;
import static dev.dolmen.server.HttpClientCalls.good;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
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
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
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
  private static final String VERIFIER = "v".repeat(43);
  private static final String NONCE = "n".repeat(22);
  private static final String REDIRECT = "http://127.0.0.1:7080/console/";
  private static final String PATH = "/console/sign-in";

  private Path data;
  private Provider provider;
  private StandaloneServer server;
  private HttpClientCalls http;

  @BeforeAll
  void start(@TempDir Path directory) throws Exception {
    provider = new Provider();
    data = directory.resolve("data");
    server = start(data, "dolmen", "access_token");
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

  private StandaloneServer start(Path data, String audience, String token) throws Exception {
    String yaml =
        """
        data_directory: %s
        server:
          port: 0
          metrics: false
          warm_up: 0s
          http: {port: 0}
          access:
            jwt: {issuer: "%s", audience: %s, refetch: 1s}
            oidc: {client_id: %s, scopes: openid profile, token: %s}
        schema: {slots: [{name: item_id, kind: id}]}
        """
            .formatted(data, provider.issuer.url(), audience, Provider.CLIENT, token);
    return StandaloneServer.start(DolmenConfig.parse("test", yaml, Map.of()));
  }

  /** What a page does to be sent back with a code. */
  private String code() throws Exception {
    JsonNode offer = good(http.get(PATH));
    assertThat(offer.get("offered").asBoolean()).isTrue();
    assertThat(offer.get("issuer").asText()).isEqualTo(provider.issuer.url());
    Map<String, String> asked =
        Map.of(
            "response_type",
            "code",
            "client_id",
            offer.get("client_id").asText(),
            "scope",
            offer.get("scope").asText(),
            "redirect_uri",
            REDIRECT,
            "state",
            "some state",
            "nonce",
            NONCE,
            "code_challenge",
            Provider.challenge(VERIFIER),
            "code_challenge_method",
            "S256");
    String there =
        offer.get("authorization_endpoint").asText()
            + asked.entrySet().stream()
                .map(e ->
                    "&"
                        + e.getKey()
                        + "="
                        + URLEncoder.encode(e.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining());
    try (HttpClient browser = HttpClient.newHttpClient()) {
      HttpResponse<String> back =
          browser.send(HttpRequest.newBuilder(URI.create(there)).build(), BodyHandlers.ofString());
      String place = back.headers().firstValue("location").orElseThrow();
      assertThat(place).startsWith(REDIRECT + "?");
      Map<String, String> said = Provider.form(place.substring(place.indexOf('?') + 1));
      assertThat(said).containsEntry("state", "some state");
      return said.getOrDefault("code", "");
    }
  }

  private HttpResponse<String> exchange(String code, String verifier, String nonce)
      throws Exception {
    return exchange(http, code, verifier, nonce, REDIRECT);
  }

  private static HttpResponse<String> exchange(
      HttpClientCalls http, String code, String verifier, String nonce, String redirect)
      throws Exception {
    return http.post(
        PATH,
        """
        {"code": "%s", "code_verifier": "%s", "nonce": "%s", "redirect_uri": "%s"}
        """
            .formatted(code, verifier, nonce, redirect));
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
    failure(exchange(http, code(), VERIFIER, NONCE, other), 401);
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

  @Test
  void eachSignInIsInTheAuditLogWithoutAToken() throws Exception {
    Instant began = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    int before = audit().size();
    String code = code();
    String token = good(exchange(code, VERIFIER, NONCE)).get("token").asText();
    JsonNode taken = audit().get(before);
    assertThat(taken.get("principal").asText()).isEqualTo("shop");
    assertThat(taken.get("method").asText()).isEqualTo("console/sign-in");
    assertThat(taken.get("roles").toString()).isEqualTo("[\"read\",\"admin\"]");
    assertThat(taken.get("remote").asText()).matches("127\\.0\\.0\\.1:\\d+");
    assertThat(taken.get("status").asText()).isEqualTo("OK");
    assertThat(taken.has("reason")).isFalse();
    assertThat(Instant.parse(taken.get("time").asText())).isBetween(began, Instant.now());

    String secondCode = code();
    exchange(secondCode, "w".repeat(43), NONCE);
    refusedInTheLog("", "UNAUTHENTICATED", "the issuer refuses the sign-in: invalid_grant");
    provider.access = c -> c.claim("roles", List.of("x".repeat(5_000)));
    exchange(code(), VERIFIER, NONCE);
    refusedInTheLog(
        "shop",
        "UNAUTHENTICATED",
        "the issuer's token is none that this server takes: shop has no role here: the claim roles"
            + " has none of them");
    provider.id = c -> c.subject("s".repeat(5_000)).claim("nonce", "another");
    exchange(code(), VERIFIER, NONCE);
    refusedInTheLog(
        "",
        "UNAUTHENTICATED",
        "the issuer's ID token is refused: it has another nonce than this sign-in");
    http.post(PATH, "{\"code\": \"%s\"}".formatted(secondCode));
    refusedInTheLog(
        "", "INVALID_ARGUMENT", "code_verifier: expected 43 to 128 characters, as RFC 7636 has it");
    assertThat(audit()).hasSize(before + 5);
    assertThat(Files.readString(auditFile(data)))
        .doesNotContain(token, code, secondCode, VERIFIER, NONCE, "eyJ");
  }

  /** Else whoever floods it with refused ones could keep a good one out. */
  @Test
  void signInsThatAreTakenAreThereWhateverIsRefused(@TempDir Path directory) throws Exception {
    Path its = directory.resolve("data");
    try (StandaloneServer other = start(its, "dolmen", "access_token");
        HttpClientCalls calls = new HttpClientCalls(other.httpPort())) {
      for (int i = 0; i < 300; i++) {
        failure(calls.post(PATH, "{}"), 400);
      }
      good(exchange(calls, code(), VERIFIER, NONCE, REDIRECT));
      List<JsonNode> entries = audit(its);
      assertThat(entries).hasSizeLessThan(301);
      JsonNode last = entries.getLast();
      assertThat(last.get("status").asText()).isEqualTo("OK");
      long told = entries.stream().mapToLong(e -> e.path("refused_before").asLong()).sum();
      assertThat(told + entries.size()).isEqualTo(301);
    }
  }

  private void refusedInTheLog(String principal, String status, String reason) throws Exception {
    JsonNode entry = audit().getLast();
    assertThat(entry.path("principal").asText()).isEqualTo(principal);
    assertThat(entry.get("method").asText()).isEqualTo("console/sign-in");
    assertThat(entry.get("status").asText()).isEqualTo(status);
    assertThat(entry.get("reason").asText()).isEqualTo(reason);
    assertThat(entry.has("roles")).isFalse();
  }

  private List<JsonNode> audit() throws Exception {
    return audit(data);
  }

  private static List<JsonNode> audit(Path data) throws Exception {
    List<JsonNode> entries = new ArrayList<>();
    Path file = auditFile(data);
    if (Files.exists(file)) {
      for (String line : Files.readAllLines(file)) {
        entries.add(new JsonMapper().readTree(line));
      }
    }
    return entries;
  }

  private static Path auditFile(Path data) {
    return data.resolve("audit").resolve("audit.jsonl");
  }

  /** The keys are fetched again once a second at most. */
  private void untilTaken() throws Exception {
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
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
              failure(exchange(http, "c", VERIFIER, NONCE, redirect), 400).get("message").asText())
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
    try (StandaloneServer other = start(directory, Provider.CLIENT, "id_token");
        HttpClientCalls calls = new HttpClientCalls(other.httpPort())) {
      JsonNode signedIn = good(exchange(calls, code(), VERIFIER, NONCE, REDIRECT));
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
          failure(exchange(calls, "c", VERIFIER, NONCE, REDIRECT), 400);
        } else {
          assertThat(failure(calls.get(PATH), 503).get("message").asText())
              .isEqualTo("the issuer cannot be asked: try again, or sign in by a key");
          failure(exchange(calls, "c", VERIFIER, NONCE, REDIRECT), 503);
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
