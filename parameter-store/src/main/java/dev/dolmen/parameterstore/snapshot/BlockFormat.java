package dev.dolmen.parameterstore.snapshot;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The layout of a section's file, big-endian:
 *
 * <pre>
 *   0  magic "DOLMSECT"
 *   8  format version (int)
 *  12  blocks, one after the other:
 *        0  bytes before compression (int), 1 to {@link #BLOCK_BYTES}
 *        4  bytes after it (int); as many as before: the block is stored as it is
 *        8  CRC32C (int) of the block's number (long), the two lengths and the stored bytes
 *       12  zstd frame, or the bytes as they are
 * </pre>
 *
 * <p>In version 1 every block is a zstd frame. How many blocks and bytes there are stands in the
 * manifest, from version 2 on with a checksum of all blocks' checksums, so that a file of another
 * snapshot is not taken for this one's.
 */
final class BlockFormat {
  static final long MAGIC = 0x444F4C4D53454354L;
  static final int VERSION = 2;
  static final int FILE_HEADER_BYTES = 12;
  static final int BLOCK_HEADER_BYTES = 12;
  static final int BLOCK_BYTES = 1 << 18;

  private BlockFormat() {}

  /**
   * @param block number of the block
   * @param stored the block as it stands in the file
   */
  static int checksum(long block, int rawBytes, byte[] stored, int storedBytes) {
    CRC32C crc = new CRC32C();
    crc.update(ByteBuffer.allocate(16).putLong(block).putInt(rawBytes).putInt(storedBytes).flip());
    crc.update(stored, 0, storedBytes);
    return (int) crc.getValue();
  }
}
