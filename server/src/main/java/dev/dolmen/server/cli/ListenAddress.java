package dev.dolmen.server.cli;

import dev.dolmen.server.config.ListenHosts;
import java.net.InetSocketAddress;

/**
 * Where a command listens.
 *
 * @param host an address or a name
 * @param port 0 for one that is free
 */
public record ListenAddress(String host, int port) {
  private static final String EXPECTED = "HOST:PORT, with a port of 0 (one that is free) to 65535";

  /**
   * As it was given.
   *
   * @param option that gives it, for the message
   * @throws CommandFailedException if it is none
   */
  public static ListenAddress of(String option, String text) {
    int colon = text.lastIndexOf(':');
    OptionCheck.require(
        colon > 0 && text.substring(colon + 1).matches("\\d{1,5}"), option, text, EXPECTED);
    String host = text.substring(0, colon);
    boolean bracketed = host.startsWith("[") && host.endsWith("]");
    int port = Integer.parseInt(text.substring(colon + 1));
    OptionCheck.require(
        port <= 65_535 && (bracketed || host.indexOf(':') < 0), option, text, EXPECTED);
    return new ListenAddress(bracketed ? host.substring(1, host.length() - 1) : host, port);
  }

  /** Whether only this machine reaches it. */
  boolean isLoopback() {
    return ListenHosts.isLoopback(host);
  }

  InetSocketAddress socket() {
    return new InetSocketAddress(host, port);
  }

  /** Its address in a browser, when it listens on a port. */
  String url(int listening) {
    String shown = host.equals("0.0.0.0") || host.equals("::") ? "localhost" : host;
    return "http://" + (shown.indexOf(':') < 0 ? shown : '[' + shown + ']') + ':' + listening;
  }
}
