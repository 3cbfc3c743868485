package dev.dolmen.server.access;

import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.proc.BadJWTException;
import com.nimbusds.jwt.proc.JWTClaimsSetVerifier;
import dev.dolmen.parameterstore.feature.ShownText;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Collection;
import java.util.Date;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a token says, once its signature is known to be the issuer's. */
final class TokenClaims implements JWTClaimsSetVerifier<SecurityContext> {
  private final JwtOptions options;
  private final InstantSource clock;

  TokenClaims(JwtOptions options, InstantSource clock) {
    this.options = options;
    this.clock = clock;
  }

  /** Says what is wrong in words that a caller may see. */
  static final class Unfit extends BadJWTException {
    Unfit(String why) {
      super(why);
    }
  }

  @Override
  public void verify(JWTClaimsSet claims, @Nullable SecurityContext context) throws Unfit {
    if (!options.issuer().equals(claims.getIssuer())) {
      throw new Unfit("the token is of another issuer, expected " + options.issuer());
    }
    if (!claims.getAudience().contains(options.audience())) {
      throw new Unfit("the token is for another audience, expected " + options.audience());
    }
    if (claims.getExpirationTime() == null) {
      throw new Unfit("the token never expires, expected the claim exp");
    }
    if (claims.getSubject() == null || claims.getSubject().isBlank()) {
      throw new Unfit("the token is of nobody, expected the claim sub");
    }
    Instant now = clock.instant();
    if (!now.isBefore(end(claims))) {
      throw new Unfit("the token has expired");
    }
    Date notBefore = claims.getNotBeforeTime();
    if (notBefore != null
        && now.plusSeconds(options.clockSkewSec()).isBefore(notBefore.toInstant())) {
      throw new Unfit("the token is not valid yet");
    }
  }

  /** From when on the token proves nothing. */
  Instant end(JWTClaimsSet claims) {
    return claims.getExpirationTime().toInstant().plusSeconds(options.clockSkewSec());
  }

  /** The subject, as logs show it, with the roles. */
  Principal principal(JWTClaimsSet claims) {
    return new Principal(ShownText.of(String.valueOf(claims.getSubject())), roles(claims));
  }

  /**
   * A list of texts, or one text with blanks or commas between; what is no role here is left out.
   * With names that stand for roles, nothing else counts: a group that happens to be called admin
   * is none.
   */
  private Set<Role> roles(JWTClaimsSet claims) {
    Set<Role> roles = EnumSet.noneOf(Role.class);
    for (Object each : texts(claim(claims))) {
      String name = String.valueOf(each);
      if (options.roleNames().isEmpty()) {
        Role.ofSpelled(name).ifPresent(roles::add);
      } else {
        roles.addAll(options.roleNames().getOrDefault(name, Set.of()));
      }
    }
    return roles;
  }

  private static Collection<?> texts(@Nullable Object claim) {
    return switch (claim) {
      case Collection<?> list -> list;
      case String text -> Arrays.asList(text.split("[ ,]+"));
      case null, default -> List.of();
    };
  }

  private @Nullable Object claim(JWTClaimsSet claims) {
    Object whole = claims.getClaim(options.rolesClaim());
    if (whole != null) {
      return whole;
    }
    Object inner = claims.getClaims();
    for (String part : options.rolesClaim().split("\\.", -1)) {
      inner = inner instanceof Map<?, ?> map ? map.get(part) : null;
    }
    return inner;
  }
}
