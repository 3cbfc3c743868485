package dev.dolmen.trainer.log;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * A record as a segment holds it:
 *
 * <table>
 * <caption>Layout</caption>
 * <tr><th>byte</th><th>bytes</th><th>what</th></tr>
 * <tr><td>0</td><td>1</td><td>{@link #VERSION}: neither a message of protobuf nor an entry of the
 *     journal begins with it, as those that were written before do</td></tr>
 * <tr><td>1</td><td>4</td><td>CRC32C of the whole offset, 8 bytes, and the payload</td></tr>
 * <tr><td>5</td><td>4</td><td>low half of the offset: the number within the segment, plus one, by
 *     which a record is placed that is found behind damaged bytes</td></tr>
 * <tr><td>9</td><td></td><td>the payload</td></tr>
 * </table>
 *
 * Numbers are little-endian. The place of a record that was given up has {@link #GIVEN_UP} for a
 * version, a checksum of the offset alone, and whatever bytes for a payload.
 */
final class RecordEnvelope {
  static final byte VERSION = 1;
  static final byte GIVEN_UP = 2;
  static final int BYTES = 9;

  /** The least byte that a message of protobuf begins with: field 1 of wire type 0. */
  private static final int FIRST_TAG = 1 << 3;

  private static final int CHECKSUM_AT = 1;
  private static final int NUMBER_AT = 5;
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private RecordEnvelope() {}

  /** A record with its envelope. */
  static byte[] wrap(byte[] record, long offset) {
    byte[] wrapped = new byte[BYTES + record.length];
    ByteBuffer bytes = ByteBuffer.wrap(wrapped).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(VERSION);
    bytes.putInt(checksum(ByteBuffer.wrap(record), offset));
    bytes.putInt((int) offset);
    bytes.put(record);
    return wrapped;
  }

  /** What stands at the place of a record that was given up; anything may follow. */
  static byte[] givenUp(long offset) {
    byte[] wrapped = wrap(new byte[0], offset);
    wrapped[0] = GIVEN_UP;
    return wrapped;
  }

  /** Whether a record was given up here. */
  static boolean isGivenUp(MemorySegment bytes, long offset) {
    return bytes.byteSize() >= BYTES
        && bytes.get(ValueLayout.JAVA_BYTE, 0) == GIVEN_UP
        && bytes.asSlice(0, BYTES).mismatch(MemorySegment.ofArray(givenUp(offset))) < 0;
  }

  private static int checksum(ByteBuffer payload, long offset) {
    CRC32C crc = new CRC32C();
    crc.update(ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(0, offset));
    crc.update(payload);
    return (int) crc.getValue();
  }

  /** Version that a record has; 0 for one that was written before there were versions. */
  static int version(MemorySegment bytes) {
    int first = bytes.byteSize() < BYTES ? 0 : bytes.get(ValueLayout.JAVA_BYTE, 0);
    return first >= 0 && first < FIRST_TAG ? first : 0;
  }

  /** Whether bytes look like an envelope, whole or not. */
  static boolean isWrapped(MemorySegment bytes) {
    return bytes.byteSize() >= BYTES && bytes.get(ValueLayout.JAVA_BYTE, 0) == VERSION;
  }

  /** Whether bytes are a wrapped record of this offset, as it was written. */
  static boolean isWhole(MemorySegment bytes, long offset) {
    return isWrapped(bytes)
        && bytes.get(INT, NUMBER_AT) == (int) offset
        && bytes.get(INT, CHECKSUM_AT) == checksum(bytes.asSlice(BYTES).asByteBuffer(), offset);
  }

  /** Low half of the offset that wrapped bytes say they have. */
  static long number(MemorySegment bytes) {
    return Integer.toUnsignedLong(bytes.get(INT, NUMBER_AT));
  }
}
