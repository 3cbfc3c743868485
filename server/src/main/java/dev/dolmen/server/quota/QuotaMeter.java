package dev.dolmen.server.quota;

import com.google.protobuf.Any;
import com.google.rpc.Code;
import com.google.rpc.QuotaFailure;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import dev.dolmen.parameterstore.feature.ShownText;
import dev.dolmen.server.quota.Allowance.Exhausted;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Says that a quota is used up, to the caller and to the meters. A meter has a label for each
 * principal that the configuration names, and one for all others.
 */
final class QuotaMeter {
  private final MeterRegistry meters;
  private final ConcurrentHashMap<CounterKey, Counter> counters = new ConcurrentHashMap<>();

  private record CounterKey(String name, QuotaKind kind, String principal) {}

  QuotaMeter(MeterRegistry meters) {
    this.meters = meters;
  }

  /** Monotonic nanoseconds. */
  long now() {
    return meters.config().clock().monotonicTime();
  }

  /** Ends a call with RESOURCE_EXHAUSTED, which quota it was, and when to come again. */
  void refuse(ServerCall<?, ?> call, String principal, Allowance allowance, Exhausted exhausted) {
    count(
        "dolmen.quota.refused",
        "Calls that a quota ended or did not let in",
        exhausted.kind(),
        allowance);
    StatusRuntimeException status = status(principal, allowance, exhausted);
    Metadata trailers = status.getTrailers();
    call.close(status.getStatus(), trailers == null ? new Metadata() : trailers);
  }

  /** A stream's next message waits. */
  void slowed(Allowance allowance, Exhausted exhausted) {
    count(
        "dolmen.quota.slowed",
        "Messages of streams that a quota made wait",
        exhausted.kind(),
        allowance);
  }

  private void count(String name, String description, QuotaKind kind, Allowance allowance) {
    counters
        .computeIfAbsent(
            new CounterKey(name, kind, allowance.label()),
            key ->
                Counter.builder(name)
                    .description(description)
                    .tag("quota", kind.label())
                    .tag("principal", allowance.label())
                    .register(meters))
        .increment();
  }

  private static StatusRuntimeException status(
      String principal, Allowance allowance, Exhausted exhausted) {
    QuotaKind kind = exhausted.kind();
    String key = allowance.path() + "." + kind.key();
    long waitMs = Duration.ofNanos(exhausted.waitNanos() + 999_999).toMillis();
    String message =
        "%s is at its quota of %,d %s (%s); there is more in %,d ms"
            .formatted(ShownText.of(principal), allowance.limit(kind), kind.unit(), key, waitMs);
    QuotaFailure failure =
        QuotaFailure.newBuilder()
            .addViolations(
                QuotaFailure.Violation.newBuilder()
                    .setSubject("principal:" + ShownText.of(principal))
                    .setDescription(message)
                    .setQuotaMetric(kind.label())
                    .setQuotaId(key)
                    .setQuotaValue(allowance.limit(kind)))
            .build();
    RetryInfo.Builder retry = RetryInfo.newBuilder();
    retry
        .getRetryDelayBuilder()
        .setSeconds(waitMs / 1_000)
        .setNanos((int) (waitMs % 1_000) * 1_000_000);
    return StatusProto.toStatusRuntimeException(
        Status.newBuilder()
            .setCode(Code.RESOURCE_EXHAUSTED.getNumber())
            .setMessage(message)
            .addDetails(Any.pack(retry.build()))
            .addDetails(Any.pack(failure))
            .build());
  }
}
