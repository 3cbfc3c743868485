package dev.dolmen.server.access;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An API key as a server keeps it: everything but the secret, of which there is SHA-256 of a salt
 * and the secret. A slow hash is for passwords, which can be guessed; of 256 random bits nobody
 * tries a noticeable part, however fast the hash, and a call should not pay for it. The salt keeps
 * two files from showing that they hold the same key.
 */
public final class StoredKey {
  private static final int SALT_BYTES = 16;
  private static final HexFormat HEX = HexFormat.of();

  /** Compared with where there is no key of an id, so that the answer takes as long. */
  private static final StoredKey NONE =
      new StoredKey(
          "",
          new Principal("nobody", Set.of()),
          new byte[SALT_BYTES],
          new byte[32],
          Instant.EPOCH,
          null);

  private final String id;
  private final Principal principal;
  private final byte[] salt;
  private final byte[] hash;
  private final Instant created;
  private final @Nullable Instant expires;

  private StoredKey(
      String id,
      Principal principal,
      byte[] salt,
      byte[] hash,
      Instant created,
      @Nullable Instant expires) {
    this.id = id;
    this.principal = principal;
    this.salt = salt;
    this.hash = hash;
    this.created = created;
    this.expires = expires;
  }

  /** What is kept of a new key. */
  static StoredKey of(
      KeyText key,
      Principal principal,
      Instant created,
      @Nullable Instant expires,
      SecureRandom random) {
    byte[] salt = new byte[SALT_BYTES];
    random.nextBytes(salt);
    return new StoredKey(key.id(), principal, salt, hash(salt, key.secret()), created, expires);
  }

  /**
   * As it was kept.
   *
   * @param salt in hexadecimal digits
   * @param hash in hexadecimal digits
   * @throws IllegalArgumentException if one of these is none, or not as long as it should be
   */
  static StoredKey of(
      String id,
      Principal principal,
      String salt,
      String hash,
      Instant created,
      @Nullable Instant expires) {
    byte[] salted = HEX.parseHex(salt);
    byte[] hashed = HEX.parseHex(hash);
    if (salted.length != SALT_BYTES || hashed.length != NONE.hash.length) {
      throw new IllegalArgumentException(
          "salt and hash are of " + salted.length + " and " + hashed.length + " bytes");
    }
    return new StoredKey(id, principal, salted, hashed, created, expires);
  }

  /** Whether a key is the one that this was kept of; takes as long if this is null. */
  static boolean isOf(@Nullable StoredKey stored, KeyText key) {
    StoredKey compared = stored == null ? NONE : stored;
    boolean same = MessageDigest.isEqual(compared.hash, hash(compared.salt, key.secret()));
    return same && stored != null;
  }

  private static byte[] hash(byte[] salt, String secret) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(salt);
      return digest.digest(secret.getBytes(StandardCharsets.US_ASCII));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // Every JDK has it.
    }
  }

  /** Names the key. */
  public String id() {
    return id;
  }

  /** Who shows it: its name and roles. */
  public Principal principal() {
    return principal;
  }

  String salt() {
    return HEX.formatHex(salt);
  }

  String hash() {
    return HEX.formatHex(hash);
  }

  /** When it was made. */
  public Instant created() {
    return created;
  }

  /** From when on it is refused; empty if never. */
  public Optional<Instant> expires() {
    return Optional.ofNullable(expires);
  }

  /** Whether it is refused by now. */
  public boolean isExpired(Instant now) {
    return expires != null && !now.isBefore(expires);
  }

  /** Whether another is the same key, whatever is said of it. */
  boolean isSameSecret(StoredKey other) {
    return id.equals(other.id) && MessageDigest.isEqual(hash, other.hash);
  }

  /** Without the hash. */
  @Override
  public String toString() {
    return "key " + id + " of " + principal.name();
  }
}
