package dev.dolmen.server.config;

import java.time.Duration;
import java.util.regex.Pattern;

/**
 * A Prometheus that scrapes this server, or all of a cluster, and is asked for longer charts.
 *
 * @param url to which the paths of its API are added; empty to ask nobody
 * @param selector matchers of labels that are put into each query: which servers are meant
 * @param headersFile lines {@code name: value} that are sent along; empty for none
 * @param authoritiesFile PEM; whom its certificate is of; empty for those of the JVM
 * @param timeout the longest that an answer may take
 */
public record PrometheusConfig(
    String url, String selector, String headersFile, String authoritiesFile, Duration timeout) {
  private static final int SELECTOR_MAX = 400;

  private static final String MATCHER =
      "[a-zA-Z_][a-zA-Z0-9_]*(?:=~|!~|!=|=)\"(?:[^\"\\\\\\p{Cntrl}]|\\\\[\\\\\"n])*\"";

  /** Nothing that could end the braces which it is put between. */
  private static final Pattern SELECTOR = Pattern.compile(MATCHER + "(?:, ?" + MATCHER + ")*+");

  /** Asks nobody. */
  public static final PrometheusConfig OFF =
      new PrometheusConfig("", "", "", "", Duration.ofSeconds(10));

  /** Whether there is one to be asked. */
  public boolean enabled() {
    return !url.isEmpty();
  }

  static PrometheusConfig read(ConfigSection s) {
    PrometheusConfig read =
        new PrometheusConfig(
            s.text("url", ""),
            s.text("selector", ""),
            s.text("headers_file", ""),
            s.text("authorities_file", ""),
            s.duration("timeout", OFF.timeout, Duration.ofMillis(100), Duration.ofSeconds(25)));
    if (read.enabled()) {
      PlainUrl.refusal(read.url, "http://prometheus:9090", !read.headersFile.isEmpty())
          .ifPresent(why -> s.reject("url", why));
    }
    boolean fits =
        read.selector.length() <= SELECTOR_MAX && SELECTOR.matcher(read.selector).matches();
    if (!read.selector.isEmpty() && !fits) {
      s.reject(
          "selector",
          "expected matchers of labels such as job=\"dolmen\",namespace=\"shop\", in "
              + SELECTOR_MAX
              + " characters at most");
    }
    return read;
  }
}
