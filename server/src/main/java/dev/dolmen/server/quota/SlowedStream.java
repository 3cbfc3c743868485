package dev.dolmen.server.quota;

import dev.dolmen.server.quota.Allowance.Exhausted;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A stream of requests whose next message is asked for when its principal owes nothing. Services
 * ask for one message at a time, from one thread at a time, which also is the one that answers.
 */
final class SlowedStream<ReqT, RespT> extends SimpleForwardingServerCall<ReqT, RespT> {
  /** A caller that would have to wait longer for one message is told so instead. */
  static final Duration WAIT_MAX = Duration.ofMinutes(1);

  private final String principal;
  private final Allowance allowance;
  private final QuotaMeter meter;
  private final ScheduledExecutorService timer;
  private final ReceivedBytes received = ReceivedBytes.current();
  private final boolean publishes;
  private volatile boolean begun;
  private volatile boolean refused;
  private volatile @Nullable Future<?> waiting;

  SlowedStream(
      ServerCall<ReqT, RespT> call,
      String principal,
      Allowance allowance,
      QuotaMeter meter,
      ScheduledExecutorService timer) {
    super(call);
    this.principal = principal;
    this.allowance = allowance;
    this.meter = meter;
    this.timer = timer;
    publishes = Quotas.publishes(call.getMethodDescriptor());
  }

  /** Hands it on, until it ends. */
  ServerCall.Listener<ReqT> start(Metadata headers, ServerCallHandler<ReqT, RespT> next) {
    return new SimpleForwardingServerCallListener<>(next.startCall(this, headers)) {
      @Override
      public void onMessage(ReqT message) {
        allowance.charge(begun ? 1 : 0, Quotas.events(message), received.take(), meter.now());
        begun = true;
        if (!refused) {
          super.onMessage(message);
        }
      }

      @Override
      public void onHalfClose() {
        if (!refused) {
          super.onHalfClose();
        }
      }

      @Override
      public void onCancel() {
        end();
        super.onCancel();
      }

      @Override
      public void onComplete() {
        end();
        super.onComplete();
      }
    };
  }

  @Override
  public void request(int messages) {
    if (refused) {
      return;
    }
    Exhausted exhausted = allowance.streamWait(!begun, publishes, meter.now());
    if (exhausted == null) {
      super.request(messages);
    } else if (exhausted.waitNanos() > WAIT_MAX.toNanos()) {
      meter.refuse(this, principal, allowance, exhausted);
      refused = true;
    } else {
      meter.slowed(allowance, exhausted);
      await(messages, exhausted.waitNanos());
    }
  }

  private void await(int messages, long nanos) {
    try {
      waiting = timer.schedule(() -> super.request(messages), nanos, TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      super.request(messages); // The server stops: what is on its way may come.
    }
  }

  @Override
  public void sendHeaders(Metadata headers) {
    if (!refused) {
      super.sendHeaders(headers);
    }
  }

  /** After a refusal nobody reads it: event ids make it safe to send those events again. */
  @Override
  public void sendMessage(RespT message) {
    if (!refused) {
      super.sendMessage(message);
    }
  }

  @Override
  public void close(Status status, Metadata trailers) {
    if (!refused) {
      super.close(status, trailers);
    }
  }

  private void end() {
    Future<?> held = waiting;
    if (held != null) {
      held.cancel(false);
    }
    allowance.end(true);
  }
}
