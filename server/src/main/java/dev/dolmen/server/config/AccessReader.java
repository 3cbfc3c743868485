package dev.dolmen.server.config;

import static java.util.Objects.requireNonNullElse;

import dev.dolmen.server.access.AccessOptions;
import dev.dolmen.server.access.JwtOptions;
import dev.dolmen.server.access.NamedRoles;
import dev.dolmen.server.access.Role;
import dev.dolmen.server.access.SignInOptions;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Reads who may do what. */
final class AccessReader {
  private static final List<String> ROLES =
      Arrays.stream(Role.values()).map(Role::spelled).toList();

  private static final JwtOptions NO_TOKENS =
      new JwtOptions("", "", "", "", "roles", Map.of(), JwtOptions.ALGORITHMS, 30, 300, 30, 86_400);

  private AccessReader() {}

  /**
   * @param clientAuthorities whether clients are asked for a certificate
   */
  static AccessOptions read(ConfigSection s, boolean clientAuthorities) {
    List<NamedRoles> certificates =
        s.has("certificates") ? s.sections("certificates", AccessReader::namedRoles) : List.of();
    if (!certificates.isEmpty() && !clientAuthorities) {
      s.reject("certificates", "needs server.tls.client_authorities_file");
    }
    String keysFile = s.text("keys_file", "");
    JwtOptions jwt = requireNonNullElse(s.section("jwt", AccessReader::jwt), NO_TOKENS);
    SignInOptions signIn =
        requireNonNullElse(s.section("oidc", oidc -> signIn(oidc, jwt)), SignInOptions.NONE);
    return new AccessOptions(
        keysFile,
        jwt,
        signIn,
        certificates,
        s.choice("metrics", AccessOptions.Metrics.KEY),
        s.flag("insecure", false));
  }

  private static JwtOptions jwt(ConfigSection s) {
    JwtOptions jwt =
        new JwtOptions(
            s.text("issuer", ""),
            s.text("audience", ""),
            s.text("jwks_url", ""),
            s.text("jwks_file", ""),
            s.text("roles_claim", "roles"),
            roleNames(s),
            s.names("algorithms", JwtOptions.ALGORITHMS, JwtOptions.ALGORITHMS),
            s.seconds("clock_skew", 30, JwtOptions.CLOCK_SKEW_SEC),
            s.seconds("refresh", 300, JwtOptions.REFRESH_SEC),
            s.seconds("refetch", 30, JwtOptions.REFETCH_SEC),
            s.seconds("keep", 86_400, JwtOptions.KEEP_SEC));
    check(s, jwt);
    return jwt;
  }

  private static Map<String, Set<Role>> roleNames(ConfigSection s) {
    Map<String, Set<Role>> names = new LinkedHashMap<>();
    if (s.has("roles")) {
      for (NamedRoles each : s.sections("roles", AccessReader::namedRoles)) {
        if (names.put(each.name(), each.roles()) != null) {
          s.reject("roles", each.name() + " is named twice");
        }
      }
    }
    return names;
  }

  private static void check(ConfigSection s, JwtOptions jwt) {
    if (!jwt.enabled()) {
      String given = jwt.audience() + jwt.jwksUrl() + jwt.jwksFile();
      if (!given.isEmpty()) {
        s.reject("issuer", "none: expected one, as audience or keys are given");
      }
      return;
    }
    if (jwt.audience().isEmpty()) {
      s.reject("audience", "none: a token for somebody else would be taken, too");
    }
    if (jwt.algorithms().isEmpty()) {
      s.reject("algorithms", "none: expected some of " + JwtOptions.ALGORITHMS);
    }
    if (!jwt.jwksFile().isEmpty() && !jwt.jwksUrl().isEmpty()) {
      s.reject("jwks_file", "only one of jwks_file and jwks_url can be given");
    }
    if (!jwt.jwksUrl().isEmpty()) {
      JwtOptions.refusal(jwt.jwksUrl()).ifPresent(why -> s.reject("jwks_url", why));
    } else if (jwt.jwksFile().isEmpty()) {
      JwtOptions.refusal(jwt.issuer()).ifPresent(why -> s.reject("issuer", why));
    }
  }

  private static SignInOptions signIn(ConfigSection s, JwtOptions jwt) {
    SignInOptions signIn =
        new SignInOptions(
            s.text("client_id", ""),
            s.text("scopes", SignInOptions.NONE.scopes()),
            s.choice("token", SignInOptions.NONE.token()));
    if (signIn.enabled() && !jwt.enabled()) {
      s.reject("client_id", "needs server.access.jwt.issuer");
    }
    if (!Arrays.asList(signIn.scopes().split(" ", -1)).contains("openid")) {
      s.reject("scopes", signIn.scopes() + ": expected openid among them, with blanks between");
    }
    boolean forConsole = signIn.token() == SignInOptions.Token.ID_TOKEN;
    if (signIn.enabled() && forConsole && !jwt.audience().equals(signIn.clientId())) {
      s.reject(
          "token",
          "id_token: its audience is client_id, expected the same as server.access.jwt.audience, "
              + jwt.audience());
    }
    return signIn;
  }

  private static NamedRoles namedRoles(ConfigSection s) {
    String name = s.requiredText("name");
    Set<Role> roles =
        s.names("roles", ROLES).stream()
            .flatMap(role -> Role.ofSpelled(role).stream())
            .collect(Collectors.toSet());
    if (roles.isEmpty()) {
      s.reject("roles", "none: expected a list of " + Role.allSpelled());
    }
    return new NamedRoles(name, roles);
  }
}
