package dev.dolmen.server.metrics;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;

/** A caller on a bare socket, who sends what it likes. */
final class HttpCaller implements Closeable {
  private static final int PATIENCE_MS = 20_000;

  private final Socket socket = new Socket();

  /** Connects; with a small buffer little of an answer is taken before it is read. */
  HttpCaller(int port, int receiveBufferBytes) throws IOException {
    socket.setReceiveBufferSize(receiveBufferBytes);
    socket.setSoTimeout(PATIENCE_MS);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MS);
  }

  /** The whole answer to a request. */
  static String ask(int port, String request) throws IOException {
    try (HttpCaller caller = new HttpCaller(port, 1 << 20)) {
      return caller.send(request).answer();
    }
  }

  /** The whole answer to a GET. */
  static String get(int port, String path) throws IOException {
    return ask(port, "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }

  HttpCaller send(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    return this;
  }

  /** The first byte of the answer; -1 if there is none. */
  int firstByte() throws IOException {
    return socket.getInputStream().read();
  }

  /** Everything until the server closes. */
  String answer() throws IOException {
    InputStream in = socket.getInputStream();
    return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
  }

  /** Reads until the connection is closed; how many bytes came. */
  long bytesUntilClosed() throws IOException {
    InputStream in = socket.getInputStream();
    byte[] buffer = new byte[1 << 16];
    long bytes = 0;
    try {
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        bytes += read;
      }
    } catch (SocketException e) {
      // A reset is an end as well. A timeout is no SocketException.
    }
    return bytes;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
