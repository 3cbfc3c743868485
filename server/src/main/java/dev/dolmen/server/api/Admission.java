package dev.dolmen.server.api;

import com.netflix.concurrency.limits.Limiter;
import com.netflix.concurrency.limits.limit.Gradient2Limit;
import com.netflix.concurrency.limits.limiter.SimpleLimiter;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Lets in as many ranking calls at once as the machine serves without queueing: the limit follows
 * the measured latency (gradient of a short against a long mean, Netflix concurrency-limits). Calls
 * beyond it are refused at once, and calls that waited longer than the request timeout are not
 * computed any more.
 */
final class Admission implements ServerInterceptor {
  /** The limit never falls below this, so that a pause does not close the door. */
  private static final int MIN_LIMIT = 32;

  private static final Duration RETRY_AFTER = Duration.ofMillis(100);

  private final SimpleLimiter<Void> limiter;
  private final MeterRegistry meters;
  private final long timeoutNanos;
  private final Counter refused;
  private final Counter expired;

  /**
   * @param maxConcurrent upper bound of the limit
   * @param timeout longest time from arrival to the start of computing
   */
  Admission(int maxConcurrent, Duration timeout, MeterRegistry meters) {
    this.meters = meters;
    timeoutNanos = timeout.toNanos();
    int min = Math.min(MIN_LIMIT, maxConcurrent);
    Gradient2Limit limit =
        Gradient2Limit.newBuilder()
            .initialLimit(Math.clamp(maxConcurrent / 2L, min, maxConcurrent))
            .minLimit(min)
            .maxConcurrency(maxConcurrent)
            .rttTolerance(2.0)
            .build();
    limiter = SimpleLimiter.newBuilder().limit(limit).build();
    meters.gauge("dolmen.concurrency.limit", limiter, SimpleLimiter::getLimit);
    meters.gauge("dolmen.concurrency.inflight", limiter, SimpleLimiter::getInflight);
    refused =
        Counter.builder("dolmen.concurrency.refused")
            .description("Calls refused at the concurrency limit")
            .register(meters);
    expired =
        Counter.builder("dolmen.concurrency.expired")
            .description("Calls that waited longer than the request timeout")
            .register(meters);
  }

  @Override
  public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
      ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
    Optional<Limiter.Listener> admitted = limiter.acquire(null);
    if (admitted.isEmpty()) {
      refused.increment();
      StatusRuntimeException status =
          Errors.overloaded(
              "the server is at its concurrency limit of " + limiter.getLimit() + " calls",
              RETRY_AFTER);
      Metadata trailers = status.getTrailers();
      call.close(status.getStatus(), trailers == null ? new Metadata() : trailers);
      return new ServerCall.Listener<>() {};
    }
    Ticket ticket = new Ticket(admitted.get());
    long deadline = meters.config().clock().monotonicTime() + timeoutNanos;
    ServerCall<ReqT, RespT> watched =
        new SimpleForwardingServerCall<>(call) {
          @Override
          public void close(Status status, Metadata trailers) {
            ticket.end(status);
            super.close(status, trailers);
          }
        };
    return new SimpleForwardingServerCallListener<>(next.startCall(watched, headers)) {
      @Override
      public void onHalfClose() {
        if (meters.config().clock().monotonicTime() - deadline > 0) {
          expired.increment();
          watched.close(
              Status.DEADLINE_EXCEEDED.withDescription(
                  "waited longer than server.limits.request_timeout, "
                      + TimeUnit.NANOSECONDS.toMillis(timeoutNanos)
                      + " ms"),
              new Metadata());
          return;
        }
        super.onHalfClose();
      }

      @Override
      public void onCancel() {
        ticket.end(Status.CANCELLED);
        super.onCancel();
      }
    };
  }

  /** Gives a call's place back, once. */
  private static final class Ticket {
    private final Limiter.Listener listener;
    private final AtomicBoolean ended = new AtomicBoolean();

    Ticket(Limiter.Listener listener) {
      this.listener = listener;
    }

    void end(Status status) {
      if (ended.compareAndSet(false, true)) {
        switch (status.getCode()) {
          case OK -> listener.onSuccess();
          case DEADLINE_EXCEEDED -> listener.onDropped();
          default -> listener.onIgnore(); // Refused early: says nothing about the load.
        }
      }
    }
  }
}
