package dev.dolmen.server.otlp;

import dev.dolmen.parameterstore.feature.ShownText;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.exporter.internal.FailedExportException.HttpExportException;
import io.opentelemetry.sdk.common.CompletableResultCode;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of what is sent: counted by its outcome, and one line in the log where the collector
 * begins not to take it, and one where it takes it again. {@link #await} is for one thread at a
 * time, the counters are for any.
 */
final class Delivery {
  private static final Logger LOG = LoggerFactory.getLogger(Delivery.class);

  /** The sender keeps to its own timeout; this is for one that does not. */
  private static final Duration SLACK = Duration.ofSeconds(1);

  private final String what;
  private final String endpoint;
  private final Duration timeout;
  private final Counter sent;
  private final Counter failed;
  private boolean failing;
  private long lost;

  /**
   * @param what is sent, a plural
   * @param timeout of sending once
   * @param meter name of the counters
   */
  Delivery(String what, String endpoint, Duration timeout, String meter, MeterRegistry meters) {
    this.what = what;
    this.endpoint = endpoint;
    this.timeout = timeout.plus(SLACK);
    sent = counter(meter, "sent", meters);
    failed = counter(meter, "failed", meters);
  }

  /** Counts those of an outcome; for one that the queue before this has. */
  Counter counter(String meter, String outcome, MeterRegistry meters) {
    return Counter.builder(meter)
        .description("What became of " + what + " for the collector of OpenTelemetry")
        .tag("outcome", outcome)
        .register(meters);
  }

  /**
   * Waits for the outcome of sending {@code count} of them.
   *
   * @return whether they were taken
   */
  boolean await(CompletableResultCode sending, int count) {
    sending.join(timeout.toNanos(), TimeUnit.NANOSECONDS);
    boolean taken = sending.isSuccess();
    if (taken) {
      taken(count);
    } else {
      refused(count, sending.isDone() ? sending.getFailureThrowable() : null);
    }
    return taken;
  }

  private void taken(int count) {
    if (failing) {
      LOG.info("{} are sent to {} again; {} were lost meanwhile", what, endpoint, lost);
    }
    failing = false;
    lost = 0;
    sent.increment(count);
  }

  private void refused(int count, @Nullable Throwable why) {
    lost += count;
    if (!failing) {
      LOG.warn(
          "{} cannot be sent to {} and are lost until they can be: {}",
          what,
          endpoint,
          ShownText.of(reason(why)));
    }
    failing = true;
    failed.increment(count);
  }

  private static String reason(@Nullable Throwable why) {
    if (why == null) {
      return "no answer in time";
    }
    if (why instanceof HttpExportException answered && answered.getResponse() != null) {
      return "it answers " + answered.getResponse().getStatusCode();
    }
    Throwable root = why;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
  }
}
