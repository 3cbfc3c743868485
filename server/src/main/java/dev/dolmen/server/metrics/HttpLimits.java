package dev.dolmen.server.metrics;

import java.time.Duration;

/**
 * What a connection may take.
 *
 * @param requestWithin time from the connection to a whole request line and headers
 * @param answerWithin time from there until the caller has taken the answer
 * @param lingerFor time for the caller to close after its answer
 * @param maxConnections connections at once; one more closes the eldest
 */
record HttpLimits(
    Duration requestWithin, Duration answerWithin, Duration lingerFor, int maxConnections) {

  /** Longest request line, in bytes. */
  static final int MAX_LINE_BYTES = 2_048;

  /** Longest headers in all, in bytes. */
  static final int MAX_HEADER_BYTES = 8_192;

  /** What is read and thrown away of what a caller sends behind its request, in bytes. */
  static final int MAX_LINGER_BYTES = 256 << 10;

  /** Prometheus gives up after 10 seconds by default, a probe of Kubernetes after one. */
  static final HttpLimits STANDARD =
      new HttpLimits(Duration.ofSeconds(5), Duration.ofSeconds(10), Duration.ofSeconds(1), 128);
}
