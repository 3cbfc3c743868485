package dev.dolmen.server.access;

import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import dev.dolmen.server.reload.NamedFile;
import dev.dolmen.server.reload.UnusableFileException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Knows callers by the signed tokens (JWT) of one issuer. Its keys are fetched when a token needs
 * them, by the thread of that call, kept, and fetched again when a token names a key that is not
 * among them, but not more often than the options say.
 *
 * <p>A token that was found good is known by its hash for a minute at most, or until it expires:
 * checking a signature costs many times as much, and a key that the issuer withdraws is not trusted
 * for much longer. {@link #KNOWN_MAX} of them are kept; one more and all are forgotten.
 */
final class Tokens implements Closeable {
  static final int KNOWN_MAX = 10_000;
  private static final long KNOWN_SEC = 60;

  /** The longest that a call waits while another fetches the keys. */
  private static final long WAIT_MS = 15_000;

  private final TokenCheck check;
  private final ConcurrentHashMap<ByteBuffer, Known> known = new ConcurrentHashMap<>();
  private final TokenClaims claims;
  private final InstantSource clock;
  private final Closeable closing;
  private final JwtOptions options;
  private final JWKSource<SecurityContext> keys;

  /** Whether the issuer did not answer when it was asked last. */
  private final BooleanSupplier unreachable;

  private record Known(TokenProof proof, Instant until) {}

  private Tokens(
      JwtOptions options,
      JWKSource<SecurityContext> keys,
      Closeable closing,
      BooleanSupplier unreachable,
      InstantSource clock) {
    this.options = options;
    this.clock = clock;
    this.unreachable = unreachable;
    this.keys = keys;
    this.closing = closing;
    claims = new TokenClaims(options, clock);
    check = new TokenCheck(options, keys, unreachable, claims);
  }

  /** Checks the issuer's tokens that were made for somebody else, by the same keys. */
  TokenCheck madeFor(String audience) {
    JwtOptions other = options.withAudience(audience);
    return new TokenCheck(other, keys, unreachable, new TokenClaims(other, clock));
  }

  /**
   * Sets up what the options say; fetches nothing yet.
   *
   * @throws UnusableFileException if there is a file of keys, and it cannot be used
   */
  static Tokens open(JwtOptions options, InstantSource clock) throws UnusableFileException {
    if (!options.jwksFile().isEmpty()) {
      IssuerFile file =
          new IssuerFile(new NamedFile("server.access.jwt.jwks_file", options.jwksFile()));
      file.start();
      return new Tokens(options, file, file, () -> false, clock);
    }
    IssuerFetch fetch = new IssuerFetch(options.issuer(), options.jwksUrl(), clock);
    JWKSource<SecurityContext> source =
        JWKSourceBuilder.create(fetch)
            .cache(options.refreshSec() * 1_000, WAIT_MS)
            .refreshAheadCache(false)
            .rateLimited(options.refetchSec() * 1_000)
            .outageTolerant(options.keepSec() * 1_000)
            .build();
    return new Tokens(options, source, () -> close(source), fetch::isFailing, clock);
  }

  private static void close(JWKSource<SecurityContext> source) throws IOException {
    if (source instanceof Closeable closing) {
      closing.close();
    }
  }

  /**
   * Finds out whose token it is.
   *
   * @throws Refusal if it proves nothing, or that cannot be found out now
   */
  Proof prove(String token) throws Refusal {
    ByteBuffer hash = hash(token);
    Instant now = clock.instant();
    Known before = known.get(hash);
    if (before != null && now.isBefore(before.until)) {
      return before.proof;
    }
    JWTClaimsSet said = check.verified(token);
    TokenProof proof = new TokenProof(claims.principal(said), claims.end(said));
    Instant minute = now.plusSeconds(KNOWN_SEC);
    if (known.size() >= KNOWN_MAX) {
      known.clear();
    }
    known.put(hash, new Known(proof, minute.isBefore(proof.end) ? minute : proof.end));
    return proof;
  }

  private static ByteBuffer hash(String token) {
    try {
      return ByteBuffer.wrap(
          MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.US_ASCII)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // Every JDK has it.
    }
  }

  /** How many tokens are known by their hash. */
  int known() {
    return known.size();
  }

  private final class TokenProof implements Proof {
    private final Principal principal;
    private final Instant end;

    TokenProof(Principal principal, Instant end) {
      this.principal = principal;
      this.end = end;
    }

    @Override
    public Principal principal() {
      return principal;
    }

    @Override
    public @Nullable Refusal ended() {
      return clock.instant().isBefore(end) ? null : Refusal.unknown("the token has expired");
    }
  }

  @Override
  public void close() throws IOException {
    closing.close();
  }
}
