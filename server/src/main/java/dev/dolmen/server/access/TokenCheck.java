package dev.dolmen.server.access;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.source.JWKSetUnavailableException;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.RateLimitReachedException;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import java.text.ParseException;
import java.util.HashSet;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/** Checks signature and claims of tokens of one issuer for one audience. Any thread. */
final class TokenCheck {
  private final DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();
  private final BooleanSupplier unreachable;

  /**
   * @param keys of the issuer
   * @param unreachable whether the issuer did not answer when it was asked last
   * @param claims what a token has to say
   */
  TokenCheck(
      JwtOptions options,
      JWKSource<SecurityContext> keys,
      BooleanSupplier unreachable,
      TokenClaims claims) {
    this.unreachable = unreachable;
    Set<JWSAlgorithm> algorithms =
        options.algorithms().stream().map(JWSAlgorithm::parse).collect(Collectors.toSet());
    processor.setJWSKeySelector(new JWSVerificationKeySelector<>(algorithms, keys));
    Set<JOSEObjectType> types = new HashSet<>();
    types.add(JOSEObjectType.JWT);
    types.add(new JOSEObjectType("at+jwt")); // RFC 9068.
    types.add(null); // The header need not say it.
    processor.setJWSTypeVerifier(new DefaultJOSEObjectTypeVerifier<>(types));
    processor.setJWTClaimsSetVerifier(claims);
  }

  /**
   * What a token says.
   *
   * @throws Refusal if it is none of the issuer's for this audience, or that cannot be found out
   *     now
   */
  JWTClaimsSet verified(String token) throws Refusal {
    try {
      return processor.process(token, null);
    } catch (TokenClaims.Unfit e) {
      throw Refusal.unknown(String.valueOf(e.getMessage()));
    } catch (ParseException | BadJOSEException e) {
      // What the library says may hold what the caller sent.
      throw Refusal.unknown(
          "the token is none that the issuer signed with an algorithm and a key that are expected");
    } catch (RateLimitReachedException e) {
      throw unreachable.getAsBoolean()
          ? unavailable()
          : Refusal.unknown("the token is signed with a key that the issuer is not known to have");
    } catch (JWKSetUnavailableException e) {
      throw unavailable();
    } catch (JOSEException e) {
      throw Refusal.unknown("the token's signature cannot be checked");
    }
  }

  private static Refusal unavailable() {
    return Refusal.unavailable("the keys of the issuer of tokens cannot be fetched: try again");
  }
}
