package dev.dolmen.traffic.drill.attack;

import com.google.protobuf.MessageLite;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.zip.GZIPOutputStream;

/** Messages as gRPC sends them: a byte that says whether they are compressed, length, bytes. */
final class GrpcBytes {
  private static final int PREFIX_BYTES = 5;

  private GrpcBytes() {}

  static byte[] of(MessageLite message) {
    return framed(0, message.toByteArray());
  }

  /** The message compressed by gzip. */
  static byte[] gzip(byte[] message) {
    ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(compressed)) {
      gzip.write(message);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return framed(1, compressed.toByteArray());
  }

  private static byte[] framed(int compressed, byte[] message) {
    return ByteBuffer.allocate(PREFIX_BYTES + message.length)
        .put((byte) compressed)
        .putInt(message.length)
        .put(message)
        .array();
  }
}
