package dev.dolmen.server.api;

import dev.dolmen.server.access.Principal;
import dev.dolmen.server.budget.CallMemory;
import dev.dolmen.server.budget.Caller;
import dev.dolmen.server.budget.FairThreads;
import dev.dolmen.server.trace.CallTrace;
import dev.dolmen.server.trace.CallTraces;
import dev.dolmen.server.trace.Stage;
import io.grpc.Context;
import io.grpc.Deadline;
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
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets in the ranking calls that are answered in time: as many as will not wait for longer than the
 * ranking threads let them, which follows from what calls have taken recently. The others are
 * refused at once, so that those that are let in keep their latency and none is computed in vain.
 *
 * <p>A call takes its place when its request is whole and gives it back when nothing is computed
 * for it any more, and a caller who sends half a request holds no place. Where there is no place,
 * calls are refused of the caller who has the most waiting, as callers share the threads by time.
 * That caller's next ones are refused at their headers, so that they cost as little as they can.
 * Calls whose deadline will have passed before their turn are refused; those that take longer than
 * the request timeout, or whose caller has gone, are not computed, or not to the end.
 */
final class Admission implements ServerInterceptor {
  private static final Logger LOG = LoggerFactory.getLogger(Admission.class);

  private static final Duration RETRY_AFTER = Duration.ofMillis(100);

  private static final SaidOften FULL =
      overloaded("more calls come than are answered: it would have to wait for too long");
  private static final SaidOften LATE =
      overloaded("more calls come than are answered: it has waited for too long");
  private static final SaidOften YIELDED =
      overloaded("this caller has more calls waiting than others");
  private static final SaidOften NO_DEADLINE =
      overloaded("its deadline will have passed before its turn");

  private static final Context.Key<Caller> CALLER =
      Context.keyWithDefault("dolmen-caller", Caller.PATIENT);

  private final FairThreads ranking;
  private final CallTraces traces;
  private final MeterRegistry meters;
  private final long timeoutNanos;
  private final Counter refused;
  private final Counter expired;
  private final Counter abandoned;

  /**
   * @param ranking computes the answers
   * @param timeout longest time from the end of the request to its answer
   * @param traces told when a call waits for its turn
   */
  Admission(FairThreads ranking, Duration timeout, CallTraces traces, MeterRegistry meters) {
    this.ranking = ranking;
    this.traces = traces;
    this.meters = meters;
    timeoutNanos = timeout.toNanos();
    Gauge.builder("dolmen.concurrency.limit", ranking, FairThreads::standingTurns)
        .description("Ranking calls that may wait at once while more come than are answered")
        .register(meters);
    Gauge.builder("dolmen.concurrency.inflight", ranking, FairThreads::inFlight)
        .description("Ranking calls that are let in")
        .register(meters);
    refused =
        Counter.builder("dolmen.concurrency.refused")
            .description("Calls refused as they would wait, or have waited, too long")
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
    long now = nanoTime();
    long waited = ArrivalTimes.waitedNanos(now);
    if (!ranking.isOpenTo(from(call), now - waited)) {
      refuse(call, FULL);
      return new ServerCall.Listener<>() {};
    }
    Admitted<ReqT, RespT> admitted = new Admitted<>(call);
    return new SimpleForwardingServerCallListener<>(next.startCall(admitted, headers)) {
      @Override
      public void onHalfClose() {
        if (!admitted.isClosed()) {
          compute(admitted, waited, super::onHalfClose);
        }
      }
    };
  }

  /**
   * Lets a ranking thread compute the answer of a call whose request is whole, or refuses it.
   *
   * @param waited nanoseconds since it came until its headers were looked at: for us, while the
   *     rest of a request is waited for by us
   */
  private void compute(Admitted<?, ?> call, long waited, Runnable answer) {
    Object from = from(call);
    long since = nanoTime() - waited;
    CallTrace trace = traces.current();
    trace.enter(Stage.ADMISSION);
    Caller caller = waiting(call, nanoTime() + timeoutNanos, trace);
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
              call.fail();
            } finally {
              letGo(memory);
            }
          }

          @Override
          public void refuse(FairThreads.Refusal why) {
            try {
              switch (why) {
                case LATE -> Admission.this.refuse(call, LATE);
                case YIELDS -> Admission.this.refuse(call, YIELDED);
                case GONE -> abandoned.increment();
              }
            } finally {
              letGo(memory);
            }
          }

          @Override
          public boolean isGone() {
            return call.isCancelled();
          }
        };
    Deadline deadline = Context.current().getDeadline();
    long patience = deadline == null ? timeoutNanos : deadline.timeRemaining(TimeUnit.NANOSECONDS);
    FairThreads.Offer offer = ranking.offer(from, turn, since, patience);
    if (offer != FairThreads.Offer.TAKEN) {
      letGo(memory);
      refuse(call, offer == FairThreads.Offer.HURRIED ? NO_DEADLINE : FULL);
    }
  }

  private long nanoTime() {
    return meters.config().clock().monotonicTime();
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
  private Caller waiting(ServerCall<?, ?> call, long deadline, CallTrace trace) {
    return new Caller() {
      @Override
      public void checkWaiting() {
        if (call.isCancelled()) {
          abandoned.increment();
          throw Status.CANCELLED.withDescription("the caller has gone").asRuntimeException();
        }
        if (nanoTime() - deadline > 0) {
          expired.increment();
          throw Status.DEADLINE_EXCEEDED
              .withDescription(
                  "not answered within server.limits.request_timeout, "
                      + TimeUnit.NANOSECONDS.toMillis(timeoutNanos)
                      + " ms")
              .asRuntimeException();
        }
      }

      @Override
      public CallTrace trace() {
        return trace;
      }
    };
  }

  /** The caller of this thread's call; a patient one where none was admitted. */
  static Caller caller() {
    return CALLER.get();
  }

  /** On a ranking thread. What it leaves to be computed answers the call, or fails it, itself. */
  private static void answer(Admitted<?, ?> call, Caller caller, Runnable answer) {
    caller.trace().leave();
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

  private void refuse(ServerCall<?, ?> call, SaidOften why) {
    refused.increment();
    why.close(call);
  }

  private static SaidOften overloaded(String why) {
    return new SaidOften(Errors.overloaded(why, RETRY_AFTER));
  }

  /** A call that is answered or refused once. */
  private static final class Admitted<ReqT, RespT> extends SimpleForwardingServerCall<ReqT, RespT> {
    private volatile boolean closed;

    Admitted(ServerCall<ReqT, RespT> call) {
      super(call);
    }

    /** Whether it was refused before its request was whole. */
    boolean isClosed() {
      return closed;
    }

    @Override
    public void close(Status status, Metadata trailers) {
      closed = true;
      super.close(status, trailers);
    }

    /** Ends it if nothing did: gRPC does not see what a ranking thread throws. */
    void fail() {
      if (!closed) {
        close(Status.INTERNAL.withDescription("internal error, see the log"), new Metadata());
      }
    }
  }
}
