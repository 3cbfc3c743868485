package dev.dolmen.parameterstore.snapshot;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** CRC32C of the checksums of a section's blocks, in their order. */
final class SectionChecksum {
  private final CRC32C crc = new CRC32C();
  private final ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES);

  void add(int blockChecksum) {
    crc.update(bytes.clear().putInt(blockChecksum).flip());
  }

  /** Of the blocks so far, 0 to 2^32 - 1. */
  long value() {
    return crc.getValue();
  }
}
