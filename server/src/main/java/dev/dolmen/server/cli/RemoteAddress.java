package dev.dolmen.server.cli;

import java.net.URI;
import java.util.Locale;

/**
 * Where a server elsewhere answers over HTTP.
 *
 * @param uri its address
 */
record RemoteAddress(URI uri) {
  private static final String EXPECTED =
      "an address such as https://shop.internal:7080, without user, query and fragment";

  /**
   * As it was given.
   *
   * @param option by which
   * @throws CommandFailedException if it is none
   */
  static RemoteAddress of(String option, String text) {
    try {
      URI uri = URI.create(text);
      OptionCheck.require(isBase(uri), option, text, EXPECTED);
      return new RemoteAddress(uri);
    } catch (IllegalArgumentException e) {
      throw OptionCheck.refused(option, text, EXPECTED);
    }
  }

  private static boolean isBase(URI uri) {
    return isHttp(uri)
        && uri.getHost() != null
        && uri.getUserInfo() == null
        && uri.getRawQuery() == null
        && uri.getRawFragment() == null;
  }

  private static boolean isHttp(URI uri) {
    String scheme = uri.getScheme();
    return "https".equalsIgnoreCase(scheme) || "http".equalsIgnoreCase(scheme);
  }

  boolean speaksTls() {
    return uri.getScheme().toLowerCase(Locale.ROOT).equals("https");
  }

  /** {@code HOST:PORT}. */
  String target() {
    int byDefault = speaksTls() ? 443 : 80;
    return uri.getHost() + ':' + (uri.getPort() < 0 ? byDefault : uri.getPort());
  }
}
