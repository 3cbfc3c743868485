package dev.dolmen.parameterstore.feature;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Texts with the same xxHash64. Of 64 bytes, 0 to 7 and 32 to 39 enter one of its four lanes alone
 * and one after the other, so any change of the first can be undone by the second: what that would
 * have to be is computed, and tried again until it is text.
 */
final class HashCollision {
  private static final long P1 = 0x9E3779B185EBCA87L;
  private static final long P2 = 0xC2B2AE3D27D4EB4FL;
  private static final int SECOND = 32;

  private HashCollision() {}

  static List<String> twoTokens(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    while (true) {
      ByteBuffer one = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
      for (int i = 0; i < one.capacity(); i++) {
        one.put(i, printable(random));
      }
      ByteBuffer two =
          ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN).put(one.array()).rewind();
      for (int i = 0; i < Long.BYTES; i++) {
        two.put(i, printable(random));
      }
      long difference = lane(one.getLong(0)) - lane(two.getLong(0));
      two.putLong(SECOND, one.getLong(SECOND) + difference * inverse(P2));
      if (isPrintable(two, SECOND)) {
        return List.of(text(one), text(two));
      }
    }
  }

  /** The first lane, seed 0, after eight bytes. */
  private static long lane(long bytes) {
    return Long.rotateLeft(P1 + P2 + bytes * P2, 31) * P1;
  }

  /** Of an odd number modulo 2^64, by Newton's steps. */
  private static long inverse(long odd) {
    long x = odd;
    for (int i = 0; i < 6; i++) {
      x *= 2 - odd * x;
    }
    return x;
  }

  private static byte printable(SplittableRandom random) {
    return (byte) random.nextInt('!', '~' + 1);
  }

  private static boolean isPrintable(ByteBuffer bytes, int from) {
    for (int i = from; i < from + Long.BYTES; i++) {
      if (bytes.get(i) < '!' || bytes.get(i) > '~') {
        return false;
      }
    }
    return true;
  }

  private static String text(ByteBuffer bytes) {
    byte[] text = new byte[bytes.capacity()];
    bytes.get(0, text);
    return new String(text, StandardCharsets.US_ASCII);
  }
}
