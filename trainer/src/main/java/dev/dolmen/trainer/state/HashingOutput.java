package dev.dolmen.trainer.state;

import java.io.OutputStream;
import net.openhft.hashing.LongHashFunction;

/** Hashes what is written: xxHash64 of every block, seeded with the hash of those before it. */
public final class HashingOutput extends OutputStream {
  private final byte[] block = new byte[8_192];
  private int length;
  private long hash;

  @Override
  public void write(int b) {
    if (length == block.length) {
      endBlock();
    }
    block[length++] = (byte) b;
  }

  @Override
  public void write(byte[] bytes, int from, int n) {
    int done = 0;
    while (done < n) {
      if (length == block.length) {
        endBlock();
      }
      int part = Math.min(n - done, block.length - length);
      System.arraycopy(bytes, from + done, block, length, part);
      length += part;
      done += part;
    }
  }

  public long hash() {
    endBlock();
    return hash;
  }

  private void endBlock() {
    hash = LongHashFunction.xx(hash).hashBytes(block, 0, length);
    length = 0;
  }
}
