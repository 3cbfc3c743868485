package dev.dolmen.server.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.trainer.Patience;
import io.grpc.Status;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tokens of an issuer that hands out its keys over HTTP, good ones and forged ones. */
@SuppressWarnings("NullAway.Init")
class TokensTest {
  @TempDir Path folder;
  private Issuer issuer;
  private Instant now = Instant.parse("2026-03-01T12:00:00Z");

  @BeforeEach
  void start() throws Exception {
    issuer = new Issuer();
  }

  @AfterEach
  void stop() {
    issuer.close();
  }

  private JwtOptions options(String url, String file) {
    return options(url, file, "roles", 300, 30, 3_600);
  }

  private JwtOptions options(
      String url, String file, String claim, long refresh, long refetch, long keep) {
    return new JwtOptions(
        issuer.url(),
        Issuer.AUDIENCE,
        url,
        file,
        claim,
        Map.of(),
        JwtOptions.ALGORITHMS,
        30,
        refresh,
        refetch,
        keep);
  }

  private Tokens tokens() throws Exception {
    return Tokens.open(options(issuer.url() + "/jwks", ""), () -> now);
  }

  private JWTClaimsSet claims() {
    return issuer.claims(now, "read").build();
  }

  @Test
  void aTokenOfTheIssuerIsTakenAndItsKeysFetchedOnce() throws Exception {
    try (Tokens tokens = tokens()) {
      for (int key = 0; key < 2; key++) {
        String token = Issuer.signed(issuer.key(key), issuer.claims(now, "read", "x").build());
        assertThat(tokens.prove(token).principal())
            .isEqualTo(new Principal("shop", Set.of(Role.READ)));
        assertThat(tokens.prove(token).ended()).isNull();
      }
      assertThat(issuer.fetches).hasValue(1);
      assertThat(tokens.known()).isEqualTo(2);
    }
  }

  @Test
  void theIssuerSaysWhereItsKeysAre() throws Exception {
    try (Tokens tokens = Tokens.open(options("", ""), () -> now)) {
      assertThat(tokens.prove(Issuer.signed(issuer.key(0), claims())).principal().name())
          .isEqualTo("shop");
    }
  }

  @ParameterizedTest
  @CsvSource({"roles", "scope", "realm_access.roles", "https://shop/roles"})
  void rolesAreInTheClaimThatIsNamed(String claim) throws Exception {
    JwtOptions options = options(issuer.url() + "/jwks", "", claim, 300, 30, 60);
    JWTClaimsSet said =
        issuer
            .claims(now, "read", "admin")
            .claim("scope", "openid read admin")
            .claim("realm_access", Map.of("roles", List.of("admin", "read", "offline")))
            .claim("https://shop/roles", "admin,read")
            .build();
    try (Tokens tokens = Tokens.open(options, () -> now)) {
      assertThat(tokens.prove(Issuer.signed(issuer.key(0), said)).principal().roles())
          .containsExactlyInAnyOrder(Role.READ, Role.ADMIN);
      JWTClaimsSet none = issuer.claims(now).build();
      assertThat(tokens.prove(Issuer.signed(issuer.key(0), none)).principal().roles()).isEmpty();
    }
  }

  /** Groups have names of their own, and one that is called as a role is none by that. */
  @Test
  void namesInTheClaimMayStandForRoles() throws Exception {
    String yaml =
        """
        server:
          access:
            jwt:
              issuer: "%s"
              audience: %s
              roles_claim: groups
              roles: [{name: Shop Admins, roles: [read, admin]}, {name: buyers, roles: [catalog]}]
        schema: {slots: [{name: i, kind: id}]}
        """
            .formatted(issuer.url(), Issuer.AUDIENCE);
    JwtOptions options = DolmenConfig.parse("f.yaml", yaml, Map.of()).server().access().jwt();
    try (Tokens tokens = Tokens.open(options, () -> now)) {
      Map<List<String>, Set<Role>> expected =
          Map.of(
              List.of("Shop Admins", "staff"), Set.of(Role.READ, Role.ADMIN),
              List.of("buyers", "Shop Admins"), Set.of(Role.READ, Role.ADMIN, Role.CATALOG),
              List.of("admin", "read", "shop admins"), Set.of());
      for (var each : expected.entrySet()) {
        JWTClaimsSet said = issuer.claims(now).claim("groups", each.getKey()).build();
        assertThat(tokens.prove(Issuer.signed(issuer.key(0), said)).principal().roles())
            .isEqualTo(each.getValue());
      }
    }
  }

  @Test
  void whatATokenSaysIsChecked() throws Exception {
    Date past = Date.from(now.minusSeconds(31));
    Map<String, JWTClaimsSet> bad =
        Map.of(
            "the token has expired", issuer.claims(now, "read").expirationTime(past).build(),
            "the token never expires", issuer.claims(now, "read").expirationTime(null).build(),
            "the token is for another audience", issuer.claims(now).audience("other").build(),
            "the token is of another issuer", issuer.claims(now).issuer("https://other").build(),
            "the token is of nobody", issuer.claims(now).subject(null).build(),
            "the token is not valid yet",
                issuer.claims(now).notBeforeTime(Date.from(now.plusSeconds(31))).build());
    try (Tokens tokens = tokens()) {
      bad.forEach((why, said) -> refused(tokens, sign(said), why));
      assertThat(tokens.known()).isZero();
      String almost =
          sign(issuer.claims(now).expirationTime(Date.from(now.minusSeconds(29))).build());
      Proof proof = tokens.prove(almost);
      assertThat(proof.ended()).isNull();
      now = now.plusSeconds(1);
      assertThat(proof.ended()).hasMessageContaining("the token has expired");
      refused(tokens, almost, "the token has expired");
    }
  }

  private String sign(JWTClaimsSet said) {
    try {
      return Issuer.signed(issuer.key(0), said);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static void refused(Tokens tokens, String token, String why) {
    assertThatThrownBy(() -> tokens.prove(token))
        .isInstanceOf(Refusal.class)
        .hasMessageStartingWith(why)
        .hasMessageNotContaining(token)
        .satisfies(e ->
            assertThat(((Refusal) e).status().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED));
  }

  @Test
  void forgedTokensAreNone() throws Exception {
    RSAKey own = Issuer.rsa("first");
    SignedJWT withPublicKey =
        new SignedJWT(new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("first").build(), claims());
    withPublicKey.sign(new MACSigner(issuer.key(0).toRSAKey().toRSAPublicKey().getEncoded()));
    String good = sign(claims());
    String[] parts = good.split("\\.", -1);
    List<String> forged =
        List.of(
            new PlainJWT(claims()).serialize(),
            withPublicKey.serialize(),
            Issuer.signed(own, claims()),
            parts[0] + "." + parts[1] + ".",
            parts[0] + "." + parts[1] + "." + "A".repeat(parts[2].length()),
            sign(issuer.claims(now, "admin").build()).split("\\.", -1)[0]
                + "."
                + sign(issuer.claims(now, "admin").build()).split("\\.", -1)[1]
                + "."
                + parts[2],
            "a.b.c",
            "nonsense");
    try (Tokens tokens = tokens()) {
      for (String token : forged) {
        refused(tokens, token, "the token is none that the issuer signed");
      }
      assertThat(tokens.prove(good).principal().name()).isEqualTo("shop");
    }
  }

  @Test
  void anUnknownKeyIsAskedForButNotByEveryCall() throws Exception {
    JwtOptions options = options(issuer.url() + "/jwks", "", "roles", 300, 1, 3_600);
    try (Tokens tokens = Tokens.open(options, () -> now)) {
      assertThat(tokens.prove(sign(claims())).principal().name()).isEqualTo("shop");
      issuer.rotate(Issuer.rsa("third"));
      assertThat(tokens.prove(sign(claims())).principal().name()).isEqualTo("shop");
      int fetched = issuer.fetches.get();
      String stranger = Issuer.signed(Issuer.rsa("stranger"), claims());
      for (int i = 0; i < 200; i++) {
        assertThatThrownBy(() -> tokens.prove(stranger)).isInstanceOf(Refusal.class);
      }
      assertThat(issuer.fetches.get() - fetched).isLessThan(50);
      assertThat(tokens.prove(sign(issuer.claims(now, "admin").build())).principal().roles())
          .containsExactly(Role.ADMIN);
    }
  }

  @Test
  void anIssuerThatIsAwayKeepsItsKeys() throws Exception {
    JwtOptions options = options(issuer.url() + "/jwks", "", "roles", 2, 1, 3_600);
    try (Tokens tokens = Tokens.open(options, () -> now)) {
      assertThat(tokens.prove(sign(claims())).principal().name()).isEqualTo("shop");
      issuer.answer(500, "");
      int fetched = issuer.fetches.get();
      long end = System.nanoTime() + Patience.FAR.toNanos();
      while (issuer.fetches.get() == fetched) {
        now = now.plusSeconds(61); // The token is looked at again.
        assertThat(tokens.prove(sign(claims())).principal().name()).isEqualTo("shop");
        assertThat(System.nanoTime()).isLessThan(end);
        Thread.sleep(50);
      }
      assertThat(tokens.prove(sign(issuer.claims(now, "admin").build())).principal().roles())
          .containsExactly(Role.ADMIN);
    }
  }

  @Test
  void anIssuerThatNeverAnsweredIsSaid() throws Exception {
    String huge = "{\"keys\":[" + " ".repeat(2 << 20) + "]}";
    for (String text : List.of("", "no json", huge)) {
      issuer.answer(text.isEmpty() ? 302 : 200, text);
      try (Tokens tokens = tokens()) {
        for (int i = 0; i < 5; i++) {
          assertThatThrownBy(() -> tokens.prove(sign(claims())))
              .hasMessageContaining("the keys of the issuer of tokens cannot be fetched")
              .satisfies(e ->
                  assertThat(((Refusal) e).status().getCode()).isEqualTo(Status.Code.UNAVAILABLE));
        }
      }
    }
    assertThat(issuer.fetches.get()).isLessThan(10);
  }

  @Test
  void keysMayBeInAFile() throws Exception {
    Path file = Files.writeString(folder.resolve("jwks.json"), issuer.jwks());
    try (Tokens tokens = Tokens.open(options("", file.toString()), () -> now)) {
      assertThat(tokens.prove(sign(claims())).principal().name()).isEqualTo("shop");
      assertThat(issuer.fetches).hasValue(0);
    }
    Files.writeString(file, "{}");
    assertThatThrownBy(() -> Tokens.open(options("", file.toString()), () -> now))
        .hasMessageContaining("server.access.jwt.jwks_file: " + file + ": no set of keys");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{issuer: 'https://i'}|server.access.jwt.audience: none: a token for somebody else",
        "{audience: a}|server.access.jwt.issuer: none: expected one",
        "{issuer: 'http://i', audience: a}|server.access.jwt.issuer: expected https, or http to"
            + " this",
        "{issuer: i, audience: a}|server.access.jwt.issuer: expected a URL with a host",
        "{issuer: i, audience: a, jwks_url: 'http://10.0.0.1/k'}|server.access.jwt.jwks_url:"
            + " expected https",
        "{issuer: 'https://i', audience: a, algorithms: [HS256]}|algorithms: [HS256]: expected",
        "{issuer: 'https://i', audience: a, algorithms: none}|algorithms: none: expected some of",
        "{issuer: 'https://i', audience: a, refresh: 10s}|refresh: 10s, expected more than refetch",
        "{issuer: 'https://i', audience: a, roles: [{name: g, roles: [cook]}]}|roles: [cook]:"
            + " expected",
        "{issuer: 'https://i', audience: a, roles: [{name: g}]}|jwt.roles[0].roles: none: expected",
        "{issuer: 'https://i', audience: a, roles: [{name: g, roles: [read]}, {name: g, roles:"
            + " [admin]}]}|g is named twice",
        "{issuer: i, audience: a, jwks_file: f, jwks_url: 'https://k'}|jwks_file: only one of",
      })
  void settingsThatDoNotFitAreNamed(String jwt, String message) {
    String yaml = "server: {access: {jwt: " + jwt + "}}\nschema: {slots: [{name: i, kind: id}]}\n";
    assertThatThrownBy(() -> DolmenConfig.parse("f.yaml", yaml, Map.of()))
        .hasMessageContaining(message);
  }
}
