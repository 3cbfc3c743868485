package dev.dolmen.server.tls;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A certificate with its chain, and the private key that belongs to it.
 *
 * @param chain the own certificate first
 */
record TlsIdentity(List<X509Certificate> chain, PrivateKey key) {
  /** Time before the end of a certificate from which on it is spoken of. */
  static final Duration NEAR = Duration.ofDays(14);

  private static final byte[] SIGNED = "dolmen".getBytes(StandardCharsets.US_ASCII);

  X509Certificate own() {
    return chain.getFirst();
  }

  Instant expiry() {
    return own().getNotAfter().toInstant();
  }

  String name() {
    return own().getSubjectX500Principal().getName();
  }

  /** Whether what the key signs is what the certificate says. */
  boolean belongTogether() {
    PublicKey open = own().getPublicKey();
    if (!open.getAlgorithm().equals(key.getAlgorithm())) {
      return false;
    }
    String algorithm =
        switch (key.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> key.getAlgorithm();
        };
    try {
      Signature signature = Signature.getInstance(algorithm);
      signature.initSign(key);
      signature.update(SIGNED);
      byte[] signed = signature.sign();
      signature.initVerify(open);
      signature.update(SIGNED);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  /** Why the certificate does not hold at {@code now}; empty if it does. */
  Optional<String> notValid(Instant now) {
    Instant begin = own().getNotBefore().toInstant();
    if (now.isBefore(begin)) {
      return Optional.of("the certificate of " + name() + " is not valid before " + begin);
    }
    return now.isAfter(expiry())
        ? Optional.of("the certificate of " + name() + " expired at " + expiry())
        : Optional.empty();
  }

  /** Says that the certificate ends soon, or has ended; empty if it holds for long. */
  Optional<String> endsSoon(Instant now) {
    Duration left = Duration.between(now, expiry());
    if (left.compareTo(NEAR) >= 0) {
      return Optional.empty();
    }
    return left.isNegative()
        ? notValid(now)
        : Optional.of(
            "the certificate of "
                + name()
                + " expires at "
                + expiry()
                + ", in less than "
                + (left.toDays() + 1)
                + " days");
  }
}
