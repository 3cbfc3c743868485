package dev.dolmen.server.api;

import com.netflix.concurrency.limits.Limiter;
import com.netflix.concurrency.limits.limit.Gradient2Limit;
import com.netflix.concurrency.limits.limiter.SimpleLimiter;
import dev.dolmen.server.access.Principal;
import dev.dolmen.server.budget.CallMemory;
import dev.dolmen.server.budget.Caller;
import dev.dolmen.server.budget.FairThreads;
import io.grpc.Context;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets in as many ranking calls at once as the machine serves without queueing for long: the limit
 * follows the measured latency (gradient of a short against a long mean, Netflix
 * concurrency-limits).
 *
 * <p>A call takes its place when its request is whole and gives it back when nothing is computed
 * for it any more, so the ranking threads' queue never holds more calls than the limit, and a
 * caller who sends half a request holds no place. Calls beyond the limit are refused at once: those
 * of the caller who has the most waiting, as callers share the threads by time. That caller's next
 * ones are refused at their headers, so that they cost as little as they can. Calls that take
 * longer than the request timeout, or whose caller has gone, are not computed, or not to the end.
 */
final class Admission implements ServerInterceptor {
  private static final Logger LOG = LoggerFactory.getLogger(Admission.class);

  /** The limit never falls below this, so that a pause does not close the door. */
  private static final int MIN_LIMIT = 32;

  private static final Duration RETRY_AFTER = Duration.ofMillis(100);

  private static final SaidOften YIELDED =
      overloaded("this caller has more calls waiting than others");
  private static final SaidOften QUEUE_FULL = overloaded("the ranking threads take no more calls");

  private static final Context.Key<Caller> CALLER =
      Context.keyWithDefault("dolmen-caller", Caller.PATIENT);

  private final FairThreads ranking;
  private final SimpleLimiter<Void> limiter;
  private final MeterRegistry meters;
  private final long timeoutNanos;
  private final Counter refused;
  private final Counter expired;
  private final Counter abandoned;
  private volatile @Nullable AtLimit atLimit;

  /**
   * @param ranking computes the answers
   * @param maxConcurrent upper bound of the limit
   * @param timeout longest time from the end of the request to its answer
   */
  Admission(FairThreads ranking, int maxConcurrent, Duration timeout, MeterRegistry meters) {
    this.ranking = ranking;
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
    Gauge.builder("dolmen.concurrency.limit", limiter, SimpleLimiter::getLimit)
        .description("Ranking calls that may be let in at once, as the limit adapts itself")
        .register(meters);
    Gauge.builder("dolmen.concurrency.inflight", limiter, SimpleLimiter::getInflight)
        .description("Ranking calls that are let in")
        .register(meters);
    refused =
        Counter.builder("dolmen.concurrency.refused")
            .description("Calls refused at the concurrency limit")
            .register(meters);
    expired =
        Counter.builder("dolmen.concurrency.expired")
            .description("Calls that would have taken longer than the request timeout")
            .register(meters);
    abandoned =
        Counter.builder("dolmen.concurrency.abandoned")
            .description("Calls whose caller had gone before the answer was computed")
            .register(meters);
  }

  @Override
  public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
      ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
    if (limiter.getInflight() >= limiter.getLimit() && !ranking.canMakeRoomFor(from(call))) {
      refuseAtLimit(call);
      return new ServerCall.Listener<>() {};
    }
    Admitted<ReqT, RespT> admitted = new Admitted<>(call);
    return new SimpleForwardingServerCallListener<>(next.startCall(admitted, headers)) {
      @Override
      public void onHalfClose() {
        if (!admitted.isClosed()) {
          compute(admitted, super::onHalfClose);
        }
      }
    };
  }

  /** Lets a ranking thread compute the answer of a call whose request is whole, or refuses it. */
  private void compute(Admitted<?, ?> call, Runnable answer) {
    Object from = from(call);
    Optional<Limiter.Listener> place = limiter.acquire(null);
    if (place.isEmpty() && ranking.makeRoomFor(from)) {
      place = limiter.acquire(null);
    }
    if (place.isEmpty()) {
      refuseAtLimit(call);
      return;
    }
    call.take(place.get());
    Caller caller = waiting(call, meters.config().clock().monotonicTime() + timeoutNanos);
    CallMemory memory = CallMemory.current();
    if (memory != null) {
      memory.keep();
    }
    Runnable run =
        Context.current().withValue(CALLER, caller).wrap(() -> answer(call, caller, answer));
    FairThreads.Turn turn =
        new FairThreads.Turn() {
          @Override
          public void run() {
            run.run();
          }

          @Override
          public void end() {
            try {
              call.endUnanswered();
            } finally {
              letGo(memory);
            }
          }

          @Override
          public void refuse() {
            try {
              Admission.this.refuse(call, YIELDED);
            } finally {
              letGo(memory);
            }
          }
        };
    if (!ranking.offer(from, turn)) {
      letGo(memory);
      refuse(call, QUEUE_FULL);
    }
  }

  /** Who shares with others: a principal, or where nobody proves who they are, a connection. */
  private static Object from(ServerCall<?, ?> call) {
    Principal principal = Principal.current();
    SocketAddress address = call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
    return principal.equals(Principal.ANYBODY) && address != null ? address : principal.name();
  }

  private static void letGo(@Nullable CallMemory memory) {
    if (memory != null) {
      memory.letGo();
    }
  }

  /**
   * Waits until the call is cancelled, by its caller, connection or deadline, or has taken too
   * long.
   *
   * @param deadline monotonic nanoseconds
   */
  private Caller waiting(ServerCall<?, ?> call, long deadline) {
    return () -> {
      if (call.isCancelled()) {
        abandoned.increment();
        throw Status.CANCELLED.withDescription("the caller has gone").asRuntimeException();
      }
      if (meters.config().clock().monotonicTime() - deadline > 0) {
        expired.increment();
        throw Status.DEADLINE_EXCEEDED
            .withDescription(
                "not answered within server.limits.request_timeout, "
                    + TimeUnit.NANOSECONDS.toMillis(timeoutNanos)
                    + " ms")
            .asRuntimeException();
      }
    };
  }

  /** The caller of this thread's call; a patient one where none was admitted. */
  static Caller caller() {
    return CALLER.get();
  }

  /** On a ranking thread. What it leaves to be computed answers the call, or fails it, itself. */
  private static void answer(Admitted<?, ?> call, Caller caller, Runnable answer) {
    try {
      caller.checkWaiting();
      answer.run();
    } catch (StatusRuntimeException e) {
      call.close(e.getStatus(), new Metadata());
    } catch (RuntimeException | Error e) {
      LOG.error("{} failed", call.getMethodDescriptor().getFullMethodName(), e);
      call.fail();
    }
  }

  private void refuseAtLimit(ServerCall<?, ?> call) {
    int limit = limiter.getLimit();
    AtLimit said = atLimit;
    if (said == null || said.limit != limit) {
      said = AtLimit.of(limit);
      atLimit = said;
    }
    refuse(call, said.refusal);
  }

  private void refuse(ServerCall<?, ?> call, SaidOften why) {
    refused.increment();
    why.close(call);
  }

  private static SaidOften overloaded(String why) {
    return new SaidOften(Errors.overloaded(why, RETRY_AFTER));
  }

  /** What is said while the limit is this. */
  private record AtLimit(int limit, SaidOften refusal) {
    static AtLimit of(int limit) {
      return new AtLimit(
          limit, overloaded("the server is at its concurrency limit of " + limit + " calls"));
    }
  }

  /** A call that may have a place, which it gives back once. */
  private static final class Admitted<ReqT, RespT> extends SimpleForwardingServerCall<ReqT, RespT> {
    private final AtomicReference<Limiter.@Nullable Listener> place = new AtomicReference<>();
    private volatile boolean closed;

    Admitted(ServerCall<ReqT, RespT> call) {
      super(call);
    }

    void take(Limiter.Listener taken) {
      place.set(taken);
    }

    /** Whether it was refused before its request was whole. */
    boolean isClosed() {
      return closed;
    }

    @Override
    public void close(Status status, Metadata trailers) {
      closed = true;
      giveBack(status);
      super.close(status, trailers);
    }

    /** Ends it if nothing did: gRPC does not see what a ranking thread throws. */
    void fail() {
      if (!closed) {
        close(Status.INTERNAL.withDescription("internal error, see the log"), new Metadata());
      }
    }

    /** There is nothing left to compute: gives the place back, and leaves no caller waiting. */
    void endUnanswered() {
      try {
        fail();
      } finally {
        giveBack(Status.CANCELLED);
      }
    }

    void giveBack(Status status) {
      Limiter.Listener held = place.getAndSet(null);
      if (held != null) {
        switch (status.getCode()) {
          case OK -> held.onSuccess();
          case DEADLINE_EXCEEDED -> held.onDropped();
          default -> held.onIgnore(); // Refused early: says nothing about the load.
        }
      }
    }
  }
}
