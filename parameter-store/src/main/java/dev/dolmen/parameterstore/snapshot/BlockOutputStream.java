package dev.dolmen.parameterstore.snapshot;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import dev.dolmen.parameterstore.file.PrivateFiles;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Writes a section's file block by block; durable once closed. */
final class BlockOutputStream extends OutputStream {
  /** Weights hardly compress: the fastest level takes what there is to take. */
  private static final int LEVEL = 1;

  /** A block that does not become smaller by this share is stored as it is: reading costs less. */
  private static final int WORTH = 8;

  private final FileChannel channel;
  private final ZstdCompressCtx zstd = new ZstdCompressCtx().setLevel(LEVEL);
  private final byte[] raw = new byte[BlockFormat.BLOCK_BYTES];
  private final byte[] compressed = new byte[(int) Zstd.compressBound(raw.length)];
  private final ByteBuffer header = ByteBuffer.allocate(BlockFormat.BLOCK_HEADER_BYTES);
  private final Runnable closing;
  private int used;
  private long blocks;
  private long rawBytes;
  private long fileBytes;
  private final SectionChecksum checksum = new SectionChecksum();
  private boolean closed;

  /**
   * @param closing runs once the file is whole and durable
   */
  BlockOutputStream(Path file, Runnable closing) throws IOException {
    this.closing = closing;
    channel = PrivateFiles.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    write(
        ByteBuffer.allocate(BlockFormat.FILE_HEADER_BYTES)
            .putLong(BlockFormat.MAGIC)
            .putInt(BlockFormat.VERSION)
            .flip());
  }

  @Override
  public void write(int b) throws IOException {
    if (used == raw.length) {
      endBlock();
    }
    raw[used++] = (byte) b;
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    int from = offset;
    int left = length;
    while (left > 0) {
      if (used == raw.length) {
        endBlock();
      }
      int n = Math.min(left, raw.length - used);
      System.arraycopy(bytes, from, raw, used, n);
      used += n;
      from += n;
      left -= n;
    }
  }

  private void endBlock() throws IOException {
    int length = zstd.compressByteArray(compressed, 0, compressed.length, raw, 0, used);
    if (length > used - used / WORTH) {
      writeBlock(raw, used);
    } else {
      // As short as the block itself would mean that it is stored as it is; WORTH excludes that.
      writeBlock(compressed, length);
    }
    blocks++;
    rawBytes += used;
    used = 0;
  }

  private void writeBlock(byte[] stored, int length) throws IOException {
    int blockChecksum = BlockFormat.checksum(blocks, used, stored, length);
    header.clear().putInt(used).putInt(length).putInt(blockChecksum).flip();
    write(header);
    write(ByteBuffer.wrap(stored, 0, length));
    checksum.add(blockChecksum);
  }

  private void write(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      fileBytes += channel.write(bytes);
    }
  }

  /** What the manifest says of the file once it is closed. */
  SnapshotSection section(String name) {
    return new SnapshotSection(name, rawBytes, fileBytes, blocks, checksum.value());
  }

  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    try (zstd;
        channel) {
      if (used > 0) {
        endBlock();
      }
      channel.force(true);
    }
    closing.run();
  }

  /** Closes the file as it is, without making it whole. */
  void abandon() throws IOException {
    if (!closed) {
      closed = true;
      zstd.close();
      channel.close();
    }
  }
}
