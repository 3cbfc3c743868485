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
 *        4  bytes after it (int)
 *        8  CRC32C (int) of the block's number (long), the two lengths and the compressed bytes
 *       12  zstd frame
 * </pre>
 *
 * <p>How many blocks and bytes there are stands in the manifest.
 */
final class BlockFormat {
  static final long MAGIC = 0x444F4C4D53454354L;
  static final int VERSION = 1;
  static final int FILE_HEADER_BYTES = 12;
  static final int BLOCK_HEADER_BYTES = 12;
  static final int BLOCK_BYTES = 1 << 18;

  private BlockFormat() {}

  static int checksum(long block, int rawBytes, byte[] compressed, int compressedBytes) {
    CRC32C crc = new CRC32C();
    crc.update(
        ByteBuffer.allocate(16).putLong(block).putInt(rawBytes).putInt(compressedBytes).flip());
    crc.update(compressed, 0, compressedBytes);
    return (int) crc.getValue();
  }
}
