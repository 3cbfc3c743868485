package dev.dolmen.server.access;

import dev.dolmen.parameterstore.range.WholeRange;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Whose tokens are taken, and how they are checked.
 *
 * @param issuer what {@code iss} has to say; empty if no tokens are taken
 * @param audience what {@code aud} has to hold
 * @param jwksUrl where the issuer's keys are; empty to ask {@code
 *     ISSUER/.well-known/openid-configuration}
 * @param jwksFile a file with the issuer's keys, in place of a URL; empty for none
 * @param rolesClaim the claim that holds the roles; dots lead into objects
 * @param roleNames what names in that claim stand for; empty if they are roles themselves
 * @param algorithms of signatures, of {@link #ALGORITHMS}
 * @param clockSkewSec how far the issuer's clock may be away from this one
 * @param refreshSec after so long the keys are fetched again
 * @param refetchSec a token with a key that is not known makes them be fetched, not more often
 * @param keepSec so long keys are used that could not be fetched again
 */
public record JwtOptions(
    String issuer,
    String audience,
    String jwksUrl,
    String jwksFile,
    String rolesClaim,
    Map<String, Set<Role>> roleNames,
    List<String> algorithms,
    long clockSkewSec,
    long refreshSec,
    long refetchSec,
    long keepSec) {
  /**
   * Signed with a private key, so that who checks a signature cannot make one. A secret that both
   * sides have is not among them: an issuer's public key could be taken for one.
   */
  public static final List<String> ALGORITHMS =
      List.of("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512");

  public static final WholeRange CLOCK_SKEW_SEC = WholeRange.of(0, 600);
  public static final WholeRange REFRESH_SEC = WholeRange.of(2, 86_400);
  public static final WholeRange REFETCH_SEC = WholeRange.of(1, 3_600);
  public static final WholeRange KEEP_SEC = WholeRange.of(1, 30 * 86_400);

  /** Copies list and map. */
  public JwtOptions {
    roleNames = Map.copyOf(roleNames);
    algorithms = List.copyOf(algorithms);
    if (refreshSec <= refetchSec) {
      throw new IllegalArgumentException(
          "refresh: " + refreshSec + "s, expected more than refetch, " + refetchSec + "s");
    }
  }

  /** Why a URL cannot be trusted to lead to an issuer or its keys; empty if it can. */
  public static Optional<String> refusal(String url) {
    return IssuerHttp.refusal(url);
  }

  /** This, for tokens that were made for somebody else. */
  JwtOptions withAudience(String other) {
    return new JwtOptions(
        issuer,
        other,
        jwksUrl,
        jwksFile,
        rolesClaim,
        roleNames,
        algorithms,
        clockSkewSec,
        refreshSec,
        refetchSec,
        keepSec);
  }

  /** Whether tokens are taken. */
  public boolean enabled() {
    return !issuer.isEmpty();
  }
}
