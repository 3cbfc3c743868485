package dev.dolmen.server.config;

import static java.util.Objects.requireNonNull;

import dev.dolmen.parameterstore.range.NumberRange;
import dev.dolmen.parameterstore.range.WholeRange;
import java.time.Duration;

/**
 * What is sent to a collector of OpenTelemetry, over HTTP.
 *
 * @param endpoint of the collector, to which the paths of OTLP are added; empty to send nothing
 * @param headersFile lines {@code name: value} that are sent along; empty for none
 * @param authoritiesFile PEM; whom the collector's certificate is of; empty for those of the JVM
 * @param timeout the longest that sending once may take
 * @param service how the process is called there
 * @param traces which calls are traced
 * @param metricsInterval from one time that metrics are sent to the next; zero for never
 */
public record OtlpConfig(
    String endpoint,
    String headersFile,
    String authoritiesFile,
    Duration timeout,
    String service,
    Traces traces,
    Duration metricsInterval) {

  /**
   * Traces of calls.
   *
   * @param ratio share of the calls that are traced without their caller's word; 0 traces none,
   *     whatever callers say
   * @param queue spans that wait to be sent; more are dropped
   * @param sessionIds whether spans name the visit
   */
  public record Traces(double ratio, int queue, boolean sessionIds) {}

  private static final Duration INTERVAL_MIN = Duration.ofSeconds(1);

  /** Sends nothing. */
  public static final OtlpConfig OFF =
      new OtlpConfig(
          "",
          "",
          "",
          Duration.ofSeconds(10),
          "dolmen",
          new Traces(0.01, 2_048, false),
          Duration.ofMinutes(1));

  /** Whether anything is sent. */
  public boolean enabled() {
    return !endpoint.isEmpty();
  }

  /** Whether metrics are sent. */
  public boolean pushing() {
    return enabled() && metricsInterval.isPositive();
  }

  /** Whether calls are traced. */
  public boolean tracing() {
    return enabled() && traces.ratio() > 0;
  }

  /** The section {@code telemetry}, of which this is all. */
  static OtlpConfig telemetry(ConfigSection s) {
    return requireNonNull(s.section("otlp", OtlpConfig::read));
  }

  private static OtlpConfig read(ConfigSection s) {
    OtlpConfig read =
        new OtlpConfig(
            s.text("endpoint", ""),
            s.text("headers_file", ""),
            s.text("authorities_file", ""),
            s.duration("timeout", OFF.timeout, Duration.ofMillis(100), Duration.ofMinutes(1)),
            s.text("service", OFF.service),
            requireNonNull(s.section("traces", OtlpConfig::traces)),
            requireNonNull(s.section("metrics", OtlpConfig::interval)));
    if (read.service.isEmpty()) {
      s.reject("service", "none: expected a name");
    }
    if (read.enabled()) {
      PlainUrl.refusal(read.endpoint, "http://collector:4318", !read.headersFile.isEmpty())
          .ifPresent(why -> s.reject("endpoint", why));
    }
    return read;
  }

  private static Traces traces(ConfigSection s) {
    return new Traces(
        s.number("ratio", OFF.traces.ratio, NumberRange.of(0, 1)),
        s.integer("queue", OFF.traces.queue, WholeRange.of(512, 65_536)),
        s.flag("session_ids", false));
  }

  private static Duration interval(ConfigSection s) {
    Duration interval =
        s.duration("interval", OFF.metricsInterval, Duration.ZERO, Duration.ofDays(1));
    if (interval.isPositive() && interval.compareTo(INTERVAL_MIN) < 0) {
      s.reject("interval", HumanUnits.format(interval) + ": expected 0s for never, or 1s or more");
    }
    return interval;
  }
}
