package dev.dolmen.server.config;

import java.net.URI;
import java.util.Optional;

/** URLs of servers that this one calls: a scheme, a host, a port and a path, and nothing else. */
final class PlainUrl {
  private PlainUrl() {}

  /**
   * Why a server cannot be called by a URL; empty if it can.
   *
   * @param example of one, for the message
   * @param secret whether headers of a file go along, which others must not read
   */
  static Optional<String> refusal(String url, String example, boolean secret) {
    URI uri;
    try {
      uri = URI.create(url);
    } catch (IllegalArgumentException e) {
      return Optional.of('"' + url + "\": expected a URL, " + example + " for example");
    }
    boolean secure = "https".equalsIgnoreCase(uri.getScheme());
    if (!secure && !"http".equalsIgnoreCase(uri.getScheme())) {
      return Optional.of('"' + url + "\": expected http:// or https:// and a host");
    }
    if (uri.getHost() == null
        || uri.getRawUserInfo() != null
        || uri.getRawQuery() != null
        || uri.getRawFragment() != null) {
      return Optional.of("expected a URL with a host, and without user, ? and #");
    }
    if (!secure && secret && !isLoopback(uri.getHost())) {
      return Optional.of(
          "expected https, or http to this machine, as headers_file holds what others must not"
              + " read");
    }
    return Optional.empty();
  }

  private static boolean isLoopback(String host) {
    boolean bracketed = host.startsWith("[");
    return ListenHosts.isLoopback(bracketed ? host.substring(1, host.length() - 1) : host);
  }
}
