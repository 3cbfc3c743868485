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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Reads a section's file, checking every block before it hands out a byte of it. The caller's
 * thread reads the file some blocks ahead; the common pool checks and decompresses them meanwhile.
 */
final class BlockInputStream extends InputStream {
  private final Path file;
  private final SnapshotSection section;
  private final FileChannel channel;
  private final ByteBuffer header = ByteBuffer.allocate(BlockFormat.BLOCK_HEADER_BYTES);
  private final SectionChecksum checksum = new SectionChecksum();
  private final Block[] ring;
  private int version;
  private byte[] raw = {};
  private int position;
  private int limit;

  /** Blocks read from the file, and those of them that were handed out. */
  private long read;

  private long handedOut;
  private long rawBytes;

  /**
   * Checks a block once, on whichever thread comes first: others may hold up the common pool, and
   * whoever reads does it then. Unlike that for a {@link java.util.concurrent.FutureTask}, the wait
   * for it is not interrupted: its memory must not be let go before.
   */
  private static final class Check implements Runnable {
    final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final AtomicBoolean begun = new AtomicBoolean();
    private final Block block;

    Check(Block block) {
      this.block = block;
    }

    @Override
    public void run() {
      if (begun.compareAndSet(false, true)) {
        try {
          block.check();
          ended.complete(null);
        } catch (RuntimeException | Error e) {
          ended.completeExceptionally(e);
        }
      }
    }
  }

  /** A block on its way from the file to the caller. */
  private final class Block {
    final byte[] raw = new byte[BlockFormat.BLOCK_BYTES];
    final byte[] stored = new byte[(int) Zstd.compressBound(raw.length)];
    final ZstdDecompressCtx zstd = new ZstdDecompressCtx();
    long number;
    int rawLength;
    int length;
    int expected;
    @Nullable DamagedSnapshotException problem;
    private @Nullable Check checked;

    boolean isStored() {
      return version > 1 && length == rawLength;
    }

    /** The block's bytes, in either of the two arrays. */
    byte[] bytes() {
      return isStored() ? stored : raw;
    }

    /** The common pool checks it, or who needs it. */
    void beginCheck() {
      Check begun = new Check(this);
      checked = begun;
      ForkJoinPool.commonPool().execute(begun);
    }

    void awaitChecked() {
      Check begun = checked;
      if (begun != null) {
        begun.run();
        begun.ended.join();
      }
    }

    void check() {
      checkStored();
      if (problem == null && !isStored()) {
        decompress();
      }
    }

    void checkStored() {
      int found = BlockFormat.checksum(number, rawLength, stored, length);
      if (found != expected) {
        problem = damaged(number, "checksum " + hex(found) + ", expected " + hex(expected));
      }
    }

    private void decompress() {
      try {
        int n = zstd.decompressByteArray(raw, 0, raw.length, stored, 0, length);
        if (n != rawLength) {
          problem = damaged(number, n + " bytes decompressed, expected " + rawLength);
        }
      } catch (ZstdException e) {
        problem = damaged(number, "does not decompress: " + e.getMessage());
      }
    }
  }

  /**
   * @param ahead blocks that are read ahead at most, 1 or more
   * @throws DamagedSnapshotException if there is no such file, or its size, magic or version is not
   *     the expected one
   */
  BlockInputStream(Path file, SnapshotSection section, int ahead) throws IOException {
    this.file = file;
    this.section = section;
    ring = new Block[(int) Math.min(ahead, Math.max(1, section.blocks()))];
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
    ByteBuffer start = ByteBuffer.allocate(BlockFormat.FILE_HEADER_BYTES);
    read(start);
    if (start.getLong() != BlockFormat.MAGIC) {
      throw damaged(-1, "does not start as a section does");
    }
    version = start.getInt();
    if (version < 1 || version > BlockFormat.VERSION) {
      throw damaged(
          -1, "format version " + version + ", this build reads 1 to " + BlockFormat.VERSION);
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
    if (handedOut == section.blocks()) {
      checkEnd();
      return false;
    }
    while (read < section.blocks() && read - handedOut < ring.length) {
      readBlock();
    }
    Block block = ring[(int) (handedOut % ring.length)];
    block.awaitChecked();
    if (block.problem != null) {
      throw block.problem;
    }
    raw = block.bytes();
    position = 0;
    limit = block.rawLength;
    rawBytes += limit;
    handedOut++;
    return true;
  }

  /** Reads the next block of the file and has it checked. */
  private void readBlock() throws IOException {
    int at = (int) (read % ring.length);
    Block block = ring[at];
    if (block == null) {
      block = new Block();
      ring[at] = block;
    }
    readBlock(block);
    if (ring.length == 1) {
      block.check();
    } else {
      block.beginCheck();
    }
  }

  private void readBlock(Block block) throws IOException {
    block.number = read;
    header.clear();
    read(header);
    block.rawLength = header.getInt();
    block.length = header.getInt();
    block.expected = header.getInt();
    if (block.rawLength < 1
        || block.rawLength > block.raw.length
        || block.length < 1
        || block.length > block.stored.length) {
      throw damaged(read, "lengths " + block.rawLength + " and " + block.length + " cannot be");
    }
    read(ByteBuffer.wrap(block.stored, 0, block.length));
    checksum.add(block.expected);
    read++;
  }

  /**
   * Checks all blocks without decompressing any: what the file holds is what was written. Instead
   * of reading, not after it.
   */
  void verify() throws IOException {
    Block block = new Block();
    ring[0] = block;
    while (read < section.blocks()) {
      readBlock(block);
      block.checkStored();
      if (block.problem != null) {
        throw block.problem;
      }
      rawBytes += block.rawLength;
      handedOut++;
    }
    checkEnd();
  }

  private void checkEnd() throws IOException {
    if (rawBytes != section.rawBytes() || channel.position() != channel.size()) {
      throw damaged(
          handedOut,
          rawBytes
              + " bytes in "
              + channel.position()
              + " of the file, the manifest says "
              + section.rawBytes()
              + " in "
              + section.fileBytes());
    }
    if (section.checksum() != SnapshotSection.UNKNOWN && section.checksum() != checksum.value()) {
      throw damaged(
          -1,
          "checksum of all blocks "
              + Long.toHexString(checksum.value())
              + ", the manifest says "
              + Long.toHexString(section.checksum())
              + ": a file of another snapshot");
    }
  }

  private void read(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      if (channel.read(bytes) < 0) {
        throw damaged(read, "the file ends here");
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
    for (Block block : ring) {
      if (block != null) {
        block.awaitChecked();
        block.zstd.close();
      }
    }
    channel.close();
  }
}
