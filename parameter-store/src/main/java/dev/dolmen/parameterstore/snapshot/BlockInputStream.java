package dev.dolmen.parameterstore.snapshot;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Reads a section's file, checking every block before it hands out a byte of it. */
final class BlockInputStream extends InputStream {
  private final Path file;
  private final SnapshotSection section;
  private final FileChannel channel;
  private final ZstdDecompressCtx zstd = new ZstdDecompressCtx();
  private final byte[] raw = new byte[BlockFormat.BLOCK_BYTES];
  private final byte[] compressed = new byte[(int) Zstd.compressBound(raw.length)];
  private int position;
  private int limit;
  private long block;
  private long rawBytes;

  /**
   * @throws DamagedSnapshotException if there is no such file, or its size, magic or version is not
   *     the expected one
   */
  BlockInputStream(Path file, SnapshotSection section) throws IOException {
    this.file = file;
    this.section = section;
    try {
      channel = FileChannel.open(file, StandardOpenOption.READ);
    } catch (NoSuchFileException e) {
      throw damaged(-1, "no such file");
    }
    try {
      checkStart();
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  private void checkStart() throws IOException {
    if (channel.size() != section.fileBytes()) {
      throw damaged(-1, channel.size() + " bytes, the manifest says " + section.fileBytes());
    }
    ByteBuffer header = ByteBuffer.allocate(BlockFormat.FILE_HEADER_BYTES);
    read(header);
    if (header.getLong() != BlockFormat.MAGIC) {
      throw damaged(-1, "does not start as a section does");
    }
    int version = header.getInt();
    if (version != BlockFormat.VERSION) {
      throw damaged(-1, "format version " + version + ", this build reads " + BlockFormat.VERSION);
    }
  }

  @Override
  public int read() throws IOException {
    return position < limit || nextBlock() ? raw[position++] & 0xFF : -1;
  }

  @Override
  public int read(byte[] out, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (position == limit && !nextBlock()) {
      return -1;
    }
    int n = Math.min(length, limit - position);
    System.arraycopy(raw, position, out, offset, n);
    position += n;
    return n;
  }

  /**
   * @return false at the end of the section
   */
  private boolean nextBlock() throws IOException {
    if (block == section.blocks()) {
      checkEnd();
      return false;
    }
    ByteBuffer header = ByteBuffer.allocate(BlockFormat.BLOCK_HEADER_BYTES);
    read(header);
    int rawLength = header.getInt();
    int length = header.getInt();
    int checksum = header.getInt();
    if (rawLength < 1 || rawLength > raw.length || length < 1 || length > compressed.length) {
      throw damaged(block, "lengths " + rawLength + " and " + length + " cannot be");
    }
    read(ByteBuffer.wrap(compressed, 0, length));
    int found = BlockFormat.checksum(block, rawLength, compressed, length);
    if (found != checksum) {
      throw damaged(
          block, "checksum " + Integer.toHexString(found) + ", expected " + hex(checksum));
    }
    decompress(length, rawLength);
    position = 0;
    limit = rawLength;
    rawBytes += rawLength;
    block++;
    return true;
  }

  private void decompress(int length, int rawLength) throws IOException {
    int decompressed;
    try {
      decompressed = zstd.decompressByteArray(raw, 0, raw.length, compressed, 0, length);
    } catch (ZstdException e) {
      throw damaged(block, "does not decompress: " + e.getMessage());
    }
    if (decompressed != rawLength) {
      throw damaged(block, decompressed + " bytes decompressed, expected " + rawLength);
    }
  }

  private void checkEnd() throws IOException {
    if (rawBytes != section.rawBytes() || channel.position() != channel.size()) {
      throw damaged(
          block,
          rawBytes
              + " bytes in "
              + channel.position()
              + " of the file, the manifest says "
              + section.rawBytes()
              + " in "
              + section.fileBytes());
    }
  }

  private void read(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      if (channel.read(bytes) < 0) {
        throw damaged(block, "the file ends here");
      }
    }
    bytes.flip();
  }

  private static String hex(int checksum) {
    return Integer.toHexString(checksum);
  }

  private DamagedSnapshotException damaged(long atBlock, String problem) {
    return new DamagedSnapshotException(file, atBlock, problem);
  }

  @Override
  public void close() throws IOException {
    zstd.close();
    channel.close();
  }
}
