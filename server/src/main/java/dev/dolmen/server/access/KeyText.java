package dev.dolmen.server.access;

import io.grpc.Metadata;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An API key as its owner has it: {@code dolmen_ID_SECRET}. The id is in it, so that a server
 * computes one hash for a call and not one for each key that there is; it is no secret.
 *
 * @param id 16 hexadecimal digits
 * @param secret 256 random bits in base 64 for URLs, 43 characters
 */
public record KeyText(String id, String secret) {
  /** What every key begins with, so that it is found where it was left by mistake. */
  static final String PREFIX = "dolmen_";

  private static final Pattern FORM =
      Pattern.compile(PREFIX + "([0-9a-f]{16})_([A-Za-z0-9_-]{43})");
  private static final int ID_BYTES = 8;
  private static final int SECRET_BYTES = 32;

  /** A new one. */
  static KeyText random(SecureRandom random) {
    byte[] id = new byte[ID_BYTES];
    byte[] secret = new byte[SECRET_BYTES];
    random.nextBytes(id);
    random.nextBytes(secret);
    return new KeyText(
        HexFormat.of().formatHex(id),
        Base64.getUrlEncoder().withoutPadding().encodeToString(secret));
  }

  /** Reads one; empty if it is none. */
  public static Optional<KeyText> parse(String text) {
    Matcher match = FORM.matcher(text);
    return match.matches()
        ? Optional.of(new KeyText(match.group(1), match.group(2)))
        : Optional.empty();
  }

  /** As it is sent: the only place that shows the secret. */
  public String text() {
    return PREFIX + id + '_' + secret;
  }

  /** What a call that shows it sends along. */
  public Metadata headers() {
    Metadata headers = new Metadata();
    headers.put(Callers.AUTHORIZATION, Callers.SCHEME + text());
    return headers;
  }

  /** Without the secret, as this ends in logs. */
  @Override
  public String toString() {
    return "key " + id;
  }
}
