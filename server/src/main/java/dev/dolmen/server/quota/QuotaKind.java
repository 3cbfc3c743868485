package dev.dolmen.server.quota;

import dev.dolmen.server.config.QuotaConfig.Quota;
import java.util.Locale;

/** What a quota bounds. */
enum QuotaKind {
  REQUESTS("requests_per_second", "requests per second"),
  EVENTS("events_per_second", "events per second"),
  BYTES("bytes_per_second", "bytes of requests per second"),
  CALLS("concurrent_calls", "calls at once"),
  STREAMS("concurrent_streams", "streams at once");

  private final String key;
  private final String unit;

  QuotaKind(String key, String unit) {
    this.key = key;
    this.unit = unit;
  }

  /** The key in the configuration. */
  String key() {
    return key;
  }

  /** What is counted, for messages. */
  String unit() {
    return unit;
  }

  /** How much a quota lets through; 0 is no bound. */
  long limit(Quota quota) {
    return switch (this) {
      case REQUESTS -> quota.requestsPerSecond();
      case EVENTS -> quota.eventsPerSecond();
      case BYTES -> quota.bytesPerSecond();
      case CALLS -> quota.concurrentCalls();
      case STREAMS -> quota.concurrentStreams();
    };
  }

  /** As metrics spell it. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
