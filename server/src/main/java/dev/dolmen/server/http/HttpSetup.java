package dev.dolmen.server.http;

import dev.dolmen.server.access.SignIn;
import dev.dolmen.server.trace.CallTraces;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.handler.ssl.SslContext;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * What requests over HTTP are taken with.
 *
 * @param address to listen on
 * @param bootstrap with the threads of connections, and what bounds their number
 * @param tls null for plain text
 * @param routes to the services' methods
 * @param files served as they are
 * @param signIn to the console, besides by a key; null where there is no console
 * @param guard against what browsers can be made to send
 * @param traces told of every request
 * @param elsewhere runs what would keep a connection's thread for too long
 * @param limits of one connection
 */
public record HttpSetup(
    InetSocketAddress address,
    ServerBootstrap bootstrap,
    @Nullable SslContext tls,
    HttpRoutes routes,
    ServedFiles files,
    @Nullable SignIn signIn,
    BrowserGuard guard,
    CallTraces traces,
    Executor elsewhere,
    Limits limits) {

  /**
   * Of one connection.
   *
   * @param maxMessageBytes largest body, decompressed or not, and largest line of a stream
   * @param maxHeaderBytes of one request
   * @param windowBytes of a stream's messages that nobody has asked for yet
   * @param handshake time for TLS's handshake
   * @param requestArrival time from the first byte of a request to the end of its headers
   * @param idle time between requests
   * @param answer time in which the caller takes what is written
   */
  public record Limits(
      int maxMessageBytes,
      int maxHeaderBytes,
      int windowBytes,
      Duration handshake,
      Duration requestArrival,
      Duration idle,
      Duration answer) {}
}
