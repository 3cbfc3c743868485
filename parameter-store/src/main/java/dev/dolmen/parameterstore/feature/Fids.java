package dev.dolmen.parameterstore.feature;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import net.openhft.hashing.LongHashFunction;

/**
 * 64-bit ids of values.
 *
 * <p>Text becomes xxHash64 (seed 0) of its UTF-8 bytes. Among n values of a slot the chance that
 * any two hash alike is about n² / 2⁶⁵: 3 in 10⁸ for a million, under 3% for a billion. The hash is
 * no cryptographic one: who chooses the text can make two values collide. What that does is to let
 * them share a row; where both are at hand, it is refused ({@link FeatureExtractor}, and items' ids
 * in the catalogue).
 */
public final class Fids {
  /**
   * A fid that no value has: it always stands for the slot's out-of-vocabulary row, is never
   * counted and never admitted. For items learned from as new ones.
   */
  public static final long OUT_OF_VOCABULARY = Long.MIN_VALUE;

  /** Digits of the largest number of 64 bits. */
  private static final int LONG_DIGITS = 19;

  private static final LongHashFunction XX = LongHashFunction.xx();

  private Fids() {}

  /** Fid of a token. */
  public static long ofToken(String token) {
    return ofBytes(token.getBytes(StandardCharsets.UTF_8));
  }

  /** Fid of the last level of a path that starts at the root. */
  public static long ofPath(List<String> path) {
    ByteArrayOutputStream prefix = new ByteArrayOutputStream();
    for (String token : path) {
      addLevel(prefix, token.getBytes(StandardCharsets.UTF_8));
    }
    return ofBytes(prefix.toByteArray());
  }

  /** The length keeps ("ab", "c") and ("a", "bc") apart. */
  static void addLevel(ByteArrayOutputStream prefix, byte[] token) {
    prefix.writeBytes(ByteBuffer.allocate(4).putInt(token.length).array());
    prefix.writeBytes(token);
  }

  /** Fids of the words of a text, in their order, each once. */
  public static long[] ofWords(String text) {
    return Words.of(text).stream().mapToLong(Fids::ofToken).distinct().toArray();
  }

  /** Fid of some bytes. */
  static long ofBytes(byte[] bytes) {
    long hash = XX.hashBytes(bytes);
    return hash == OUT_OF_VOCABULARY ? hash + 1 : hash;
  }

  /**
   * Fid of an item's id: a decimal integer of at most 64 bits in its shortest form is used as it
   * is, anything else is hashed like a token.
   */
  public static long ofId(String id) {
    int from = id.startsWith("-") ? 1 : 0;
    int digits = id.length() - from;
    if (digits < 1 || digits > LONG_DIGITS || (id.charAt(from) == '0' && id.length() > 1)) {
      return ofToken(id);
    }
    // Below zero, as there is one number more; one that is too large wraps, once at most.
    long negative = 0;
    for (int i = from; i < id.length(); i++) {
      int digit = id.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return ofToken(id);
      }
      negative = 10 * negative - digit;
    }
    if (negative > 0 || negative == OUT_OF_VOCABULARY) {
      return ofToken(id);
    }
    return from == 1 ? negative : -negative;
  }
}
