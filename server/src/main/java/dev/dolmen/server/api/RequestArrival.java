package dev.dolmen.server.api;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.util.HashedWheelTimer;
import io.netty.util.Timeout;
import java.io.Closeable;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Ends calls of one request message whose request does not come: from the headers to the end of the
 * request there is a limit of time, so that a caller who sends half a request holds nothing for
 * long. Streams of requests may take as long as they like.
 */
public final class RequestArrival implements ServerInterceptor, Closeable {
  /** A call may be ended so much later than it should. */
  private static final long TICK_MS = 20;

  private final long limitMs;
  private final Counter late;

  /**
   * Holds one entry a call whose request is on its way. A wheel, as every call begins and ends one
   * here: nobody waits for anybody else's, and none needs the thread to wake up.
   */
  private final HashedWheelTimer timer;

  private volatile boolean closed;

  private enum State {
    ARRIVING,
    WHOLE,
    LATE
  }

  /**
   * Starts its timer.
   *
   * @param limit time from the headers to the end of the request
   */
  public RequestArrival(Duration limit, MeterRegistry meters) {
    limitMs = limit.toMillis();
    late =
        Counter.builder("dolmen.requests.late")
            .description("Calls ended because their request did not come in time")
            .register(meters);
    timer =
        new HashedWheelTimer(
            Thread.ofPlatform().name("dolmen-arrival").daemon().factory(),
            TICK_MS,
            TimeUnit.MILLISECONDS);
  }

  @Override
  public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
      ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
    if (!call.getMethodDescriptor().getType().clientSendsOneMessage() || closed) {
      return next.startCall(call, headers);
    }
    Arriving<ReqT, RespT> arriving = new Arriving<>(call);
    Timeout end = timer.newTimeout(timeout -> arriving.end(), limitMs, TimeUnit.MILLISECONDS);
    return new SimpleForwardingServerCallListener<>(next.startCall(arriving, headers)) {
      @Override
      public void onMessage(ReqT message) {
        if (!arriving.isLate()) {
          super.onMessage(message);
        }
      }

      @Override
      public void onHalfClose() {
        end.cancel();
        if (arriving.isWhole()) {
          super.onHalfClose();
        }
      }

      @Override
      public void onCancel() {
        end.cancel();
        super.onCancel();
      }

      @Override
      public void onComplete() {
        end.cancel();
        super.onComplete();
      }
    };
  }

  /** Ends the timer; calls that come later are not watched. */
  @Override
  public void close() {
    closed = true;
    timer.stop();
  }

  /**
   * A call that is closed once: by the timer while its request is on its way, or by what answers
   * it. Whoever changes the state first closes it.
   */
  private final class Arriving<ReqT, RespT> extends SimpleForwardingServerCall<ReqT, RespT> {
    private final AtomicReference<State> state = new AtomicReference<>(State.ARRIVING);

    Arriving(ServerCall<ReqT, RespT> call) {
      super(call);
    }

    /** From now on the timer does not end it; false if it has. */
    boolean isWhole() {
      return state.compareAndSet(State.ARRIVING, State.WHOLE) || state.get() == State.WHOLE;
    }

    boolean isLate() {
      return state.get() == State.LATE;
    }

    void end() {
      if (state.compareAndSet(State.ARRIVING, State.LATE)) {
        late.increment();
        Status status =
            Status.DEADLINE_EXCEEDED.withDescription(
                "the request did not come whole within server.limits.request_arrival, "
                    + limitMs
                    + " ms");
        super.close(status, new Metadata());
      }
    }

    /** Refused before its request is whole, or answered. */
    @Override
    public void close(Status status, Metadata trailers) {
      if (isWhole()) {
        super.close(status, trailers);
      }
    }
  }
}
