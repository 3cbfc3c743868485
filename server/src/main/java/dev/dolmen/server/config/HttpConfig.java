package dev.dolmen.server.config;

import static java.util.Objects.requireNonNull;

import dev.dolmen.parameterstore.range.WholeRange;
import java.net.URI;
import java.time.Duration;
import java.util.List;

/**
 * HTTP with JSON.
 *
 * @param enabled whether it is there
 * @param host to listen on; empty for the one of gRPC
 * @param port 0 takes a free one
 * @param console whether its pages are served there
 * @param corsOrigins of web pages from elsewhere that may call
 * @param idleTimeout a connection without a request is closed after so long
 * @param answerTimeout one whose caller takes nothing of what is written, after so long
 * @param prometheus asked for longer charts
 */
public record HttpConfig(
    boolean enabled,
    String host,
    int port,
    boolean console,
    List<String> corsOrigins,
    Duration idleTimeout,
    Duration answerTimeout,
    PrometheusConfig prometheus) {
  static HttpConfig read(ConfigSection s) {
    Duration least = Duration.ofMillis(100);
    List<String> origins = s.names("cors_origins", null);
    for (String origin : origins) {
      if (!isOrigin(origin)) {
        s.reject(
            "cors_origins",
            "\"" + origin + "\": expected an origin such as https://shop.example, without a path");
      }
    }
    return new HttpConfig(
        s.flag("enabled", true),
        s.text("host", ""),
        s.integer("port", 7080, WholeRange.of(0, 65_535)),
        s.flag("console", true),
        origins,
        s.duration("idle_timeout", Duration.ofMinutes(1), least, Duration.ofDays(1)),
        s.duration("answer_timeout", Duration.ofSeconds(30), least, Duration.ofHours(1)),
        requireNonNull(s.section("prometheus", PrometheusConfig::read)));
  }

  private static boolean isOrigin(String text) {
    try {
      URI uri = URI.create(text);
      return ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))
          && uri.getHost() != null
          && text.equals(uri.getScheme() + "://" + uri.getAuthority());
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  HttpConfig withHost(String value) {
    return new HttpConfig(
        enabled, value, port, console, corsOrigins, idleTimeout, answerTimeout, prometheus);
  }

  /** This, with the console's pages or without. */
  public HttpConfig withConsole(boolean value) {
    return new HttpConfig(
        enabled, host, port, value, corsOrigins, idleTimeout, answerTimeout, prometheus);
  }

  /** This, on another port. */
  public HttpConfig withPort(int value) {
    return new HttpConfig(
        enabled, host, value, console, corsOrigins, idleTimeout, answerTimeout, prometheus);
  }

  /** This, with another Prometheus. */
  public HttpConfig withPrometheus(PrometheusConfig value) {
    return new HttpConfig(
        enabled, host, port, console, corsOrigins, idleTimeout, answerTimeout, value);
  }
}
