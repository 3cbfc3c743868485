package dev.dolmen.bench.table;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** MGET and MSET of Redis' protocol (RESP2) with 8-byte keys and rows of floats as values. */
final class RedisConnection implements Closeable {
  private static final int BUFFER_BYTES = 1 << 20;
  private static final byte[] LINE_END = ascii("\r\n");
  private static final byte[] KEY_HEAD = ascii("$8\r\n");

  private final SocketChannel channel;
  private final byte[] valueHead;
  private final ByteBuffer out = buffer();
  private final ByteBuffer in = buffer().limit(0);

  RedisConnection(Path socket, int valueBytes) throws IOException {
    channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      channel.connect(UnixDomainSocketAddress.of(socket));
    } catch (IOException e) {
      channel.close();
      throw e;
    }
    valueHead = ascii("$" + valueBytes + "\r\n");
  }

  private static ByteBuffer buffer() {
    return ByteBuffer.allocateDirect(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** Asks for values; {@link #next} then gives one after the other. */
  void get(long[] fids, int from, int n) throws IOException {
    command(n + 1, "MGET");
    for (int i = 0; i < n; i++) {
      key(fids[from + i]);
    }
    flush();
    if (number('*') != n) {
      throw new IOException("redis: not " + n + " values");
    }
  }

  /** Reads the next value; false if its key has none. */
  boolean next(float[] row) throws IOException {
    int bytes = number('$');
    if (bytes < 0) {
      return false;
    }
    if (bytes != 4 * row.length) {
      throw new IOException("redis: a value of " + bytes + " bytes");
    }
    need(bytes + 2);
    in.asFloatBuffer().get(row);
    in.position(in.position() + bytes + 2);
    return true;
  }

  /** Starts to set {@code n} values: {@link #set} for each, then {@link #endSet}. */
  void beginSet(int n) throws IOException {
    command(2 * n + 1, "MSET");
  }

  void set(long fid, float[] row) throws IOException {
    key(fid);
    room(valueHead.length + 4 * row.length + 2);
    out.put(valueHead);
    out.asFloatBuffer().put(row);
    out.position(out.position() + 4 * row.length);
    out.put(LINE_END);
  }

  void endSet() throws IOException {
    flush();
    need(5);
    if (in.get() != '+') {
      throw new IOException("redis: refused to set");
    }
    in.position(in.position() + 4);
  }

  private void command(int parts, String name) throws IOException {
    room(64);
    out.put((byte) '*');
    decimal(parts);
    out.put(LINE_END).put((byte) '$').put((byte) '4').put(LINE_END);
    for (int i = 0; i < name.length(); i++) {
      out.put((byte) name.charAt(i));
    }
    out.put(LINE_END);
  }

  private void decimal(int value) {
    if (value >= 10) {
      decimal(value / 10);
    }
    out.put((byte) ('0' + value % 10));
  }

  private void key(long fid) throws IOException {
    room(KEY_HEAD.length + Long.BYTES + 2);
    out.put(KEY_HEAD).putLong(fid).put(LINE_END);
  }

  private void room(int bytes) throws IOException {
    if (out.remaining() < bytes) {
      flush();
    }
  }

  private void flush() throws IOException {
    out.flip();
    while (out.hasRemaining()) {
      channel.write(out);
    }
    out.clear();
  }

  private int number(char kind) throws IOException {
    need(4);
    if (in.get() != kind) {
      throw new IOException("redis: an answer that is not of kind " + kind);
    }
    int value = 0;
    boolean negative = false;
    for (byte b = in.get(); b != '\r'; b = in.get()) {
      if (b == '-') {
        negative = true;
      } else {
        value = 10 * value + b - '0';
      }
      need(2);
    }
    in.get();
    return negative ? -value : value;
  }

  private void need(int bytes) throws IOException {
    if (in.remaining() >= bytes) {
      return;
    }
    in.compact();
    while (in.position() < bytes) {
      if (channel.read(in) < 0) {
        throw new EOFException("redis closed the connection");
      }
    }
    in.flip();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
