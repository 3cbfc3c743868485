package dev.dolmen.traffic.drill.attack;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameTypes;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A connection on which HTTP/2 is spoken frame by frame (RFC 9113), so that it can be spoken as no
 * client does. It answers settings and pings, as a client that is alive, and never widens a window:
 * whoever asks for more than 64 KiB on it is a slow reader. One thread sends; a thread of its own
 * reads.
 */
final class FrameConnection implements Closeable {
  static final int END_STREAM = 0x1;
  static final int END_HEADERS = 0x4;
  private static final int ACK = 0x1;
  private static final int CANCEL = 8;
  private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

  private final AttackRun run;
  private final Socket socket;
  private final DataOutputStream out;
  private final DefaultHttp2HeadersEncoder encoder = new DefaultHttp2HeadersEncoder();
  private final Set<Integer> open = ConcurrentHashMap.newKeySet();
  private int nextStream = 1;
  private volatile boolean closed;

  /** Greets the server and begins to read. */
  FrameConnection(AttackRun run, Socket socket) throws IOException {
    this.run = run;
    this.socket = socket;
    out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream(), 32 << 10));
    out.write(PREFACE.getBytes(US_ASCII));
    frame(Http2FrameTypes.SETTINGS, 0, 0, new byte[0]);
    flush();
    DataInputStream in = new DataInputStream(socket.getInputStream());
    Thread.ofVirtual().name("attack-reader").start(() -> read(in));
  }

  /** Whether the server has closed it, or said that it will. */
  boolean isClosed() {
    return closed;
  }

  /** Calls opened that the server has not ended. */
  int calls() {
    return open.size();
  }

  /**
   * Opens a call.
   *
   * @param path of the method
   * @param more headers, name and value in turn
   * @return its stream
   */
  int call(String path, String... more) throws IOException {
    int stream = nextStream;
    nextStream += 2;
    run.countSent();
    open.add(stream);
    frame(Http2FrameTypes.HEADERS, END_HEADERS, stream, headers(stream, path, more));
    return stream;
  }

  /** The headers of a call, encoded as the state of this connection wants them. */
  byte[] headers(int stream, String path, String... more) {
    Http2Headers headers =
        new DefaultHttp2Headers()
            .method("POST")
            .scheme("http")
            .authority("localhost")
            .path(path)
            .add("content-type", "application/grpc")
            .add("te", "trailers");
    for (int i = 0; i < more.length; i += 2) {
      headers.add(more[i], more[i + 1]);
    }
    ByteBuf encoded = Unpooled.buffer();
    try {
      encoder.encodeHeaders(stream, headers, encoded);
    } catch (Http2Exception e) {
      throw new IllegalStateException("headers that cannot be encoded", e);
    }
    return ByteBufUtil.getBytes(encoded);
  }

  /** Sends bytes of a call's messages. */
  void data(int stream, byte[] bytes, boolean last) throws IOException {
    frame(Http2FrameTypes.DATA, last ? END_STREAM : 0, stream, bytes);
  }

  /** Cancels a call. */
  void reset(int stream) throws IOException {
    open.remove(stream);
    frame(Http2FrameTypes.RST_STREAM, 0, stream, new byte[] {0, 0, 0, CANCEL});
  }

  /** Sends any frame; what was sent before may wait with it until {@link #flush}. */
  void frame(byte type, int flags, int stream, byte[] payload) throws IOException {
    synchronized (out) {
      frameHeader(type, flags, stream, payload.length);
      out.write(payload);
    }
  }

  /** Announces a frame of a length. */
  void frameHeader(byte type, int flags, int stream, int length) throws IOException {
    synchronized (out) {
      out.writeByte(length >>> 16);
      out.writeShort(length);
      out.writeByte(type);
      out.writeByte(flags);
      out.writeInt(stream);
    }
  }

  /** Sends bytes as they are. */
  void bytes(byte[] bytes) throws IOException {
    synchronized (out) {
      out.write(bytes);
    }
  }

  /**
   * Sends what waits.
   *
   * @throws IOException if the server has closed the connection
   */
  void flush() throws IOException {
    if (closed) {
      throw new IOException("closed by the server");
    }
    synchronized (out) {
      out.flush();
    }
  }

  private void read(DataInputStream in) {
    DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder();
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    try {
      while (!closed) {
        int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
        byte type = in.readByte();
        int flags = in.readUnsignedByte();
        int stream = in.readInt();
        byte[] payload = in.readNBytes(length);
        take(type, flags, stream, payload, decoder, block);
      }
    } catch (IOException | Http2Exception e) {
      closed = true; // The server's answer, or this end's.
    }
  }

  private void take(
      byte type,
      int flags,
      int stream,
      byte[] payload,
      DefaultHttp2HeadersDecoder decoder,
      ByteArrayOutputStream block)
      throws IOException, Http2Exception {
    boolean ack = (flags & ACK) != 0;
    if (type == Http2FrameTypes.SETTINGS && !ack) {
      answer(Http2FrameTypes.SETTINGS, new byte[0]);
    } else if (type == Http2FrameTypes.PING && !ack) {
      answer(Http2FrameTypes.PING, payload);
    } else if (type == Http2FrameTypes.RST_STREAM) {
      if (open.remove(stream)) {
        run.countRefused();
      }
    } else if (type == Http2FrameTypes.GO_AWAY) {
      closed = true;
    } else if (type == Http2FrameTypes.HEADERS || type == Http2FrameTypes.CONTINUATION) {
      block.writeBytes(payload);
      if ((flags & END_HEADERS) != 0) {
        ByteBuf whole = Unpooled.wrappedBuffer(block.toByteArray());
        block.reset();
        ended(stream, decoder.decodeHeaders(stream, whole));
      }
    }
  }

  private void answer(byte type, byte[] payload) throws IOException {
    frame(type, ACK, 0, payload);
    flush();
  }

  /** Trailers name the status; headers of an answer do not. */
  private void ended(int stream, Http2Headers headers) {
    CharSequence status = headers.get("grpc-status");
    if (status != null && open.remove(stream) && !"0".contentEquals(status)) {
      run.countRefused();
    }
  }

  @Override
  public void close() throws IOException {
    closed = true;
    encoder.close();
    socket.close();
  }
}
