package dev.dolmen.server.data;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Cuts bytes into lines that end with LF or CR LF and decodes each for itself, so that one that is
 * no UTF-8 is known by its number and the next can be read.
 */
final class LineReader implements Closeable {
  /** Longest line in bytes: what has none within so many is no text file. */
  static final int LINE_BYTES_MAX = 16 << 20;

  /** What to say of such a line. */
  static final String TOO_LONG = "more than " + LINE_BYTES_MAX + " bytes without the end of a line";

  private static final int BUFFER_BYTES = 1 << 16;

  private final InputStream in;
  private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int from;
  private int to;
  private byte[] line = new byte[512];
  private int length;

  LineReader(InputStream in) {
    this.in = in;
  }

  /**
   * Moves to the next line.
   *
   * @return false at the end
   * @throws LineTooLongException if the line has more than {@value #LINE_BYTES_MAX} bytes
   */
  boolean next() throws IOException {
    length = 0;
    boolean any = false;
    while (true) {
      if (from == to && !fill()) {
        return any;
      }
      any = true;
      int end = from;
      while (end < to && buffer[end] != '\n') {
        end++;
      }
      append(end);
      boolean whole = end < to;
      from = whole ? end + 1 : end;
      if (whole) {
        return true;
      }
    }
  }

  private boolean fill() throws IOException {
    from = 0;
    to = Math.max(0, in.read(buffer, 0, buffer.length));
    return to > 0;
  }

  private void append(int end) throws LineTooLongException {
    int more = end - from;
    if (more > LINE_BYTES_MAX - length) {
      throw new LineTooLongException();
    }
    if (length + more > line.length) {
      line = Arrays.copyOf(line, Math.max(length + more, 2 * line.length));
    }
    System.arraycopy(buffer, from, line, length, more);
    length += more;
  }

  /**
   * The line, without its end.
   *
   * @throws CharacterCodingException if it is no UTF-8
   */
  String text() throws CharacterCodingException {
    int bytes = bytes();
    for (int i = 0; i < bytes; i++) {
      if (line[i] < 0) {
        return decoder.decode(ByteBuffer.wrap(line, 0, bytes)).toString();
      }
    }
    return new String(line, 0, bytes, StandardCharsets.US_ASCII);
  }

  private int bytes() {
    return length > 0 && line[length - 1] == '\r' ? length - 1 : length;
  }

  /** The line as good as it can be shown: what is no UTF-8 is taken for Latin-1. */
  String latin1() {
    return new String(line, 0, bytes(), StandardCharsets.ISO_8859_1);
  }

  /** Place of the first byte that is no UTF-8, from 1. */
  int malformedByte() {
    CharsetDecoder strict = StandardCharsets.UTF_8.newDecoder();
    ByteBuffer bytes = ByteBuffer.wrap(line, 0, bytes());
    strict.decode(bytes, CharBuffer.allocate(bytes.remaining() + 1), true);
    return bytes.position() + 1;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  /** A line is longer than any line of a text file. */
  static final class LineTooLongException extends IOException {
    private static final long serialVersionUID = 1;

    LineTooLongException() {
      super(TOO_LONG);
    }
  }
}
