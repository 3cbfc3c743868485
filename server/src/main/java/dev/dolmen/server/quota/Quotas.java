package dev.dolmen.server.quota;

import dev.dolmen.server.access.Principal;
import dev.dolmen.server.config.QuotaConfig;
import dev.dolmen.server.quota.Allowance.Exhausted;
import dev.dolmen.v1.FeedbackServiceGrpc;
import dev.dolmen.v1.PublishRequest;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerBuilder;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.health.v1.HealthGrpc;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.Closeable;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.jspecify.annotations.Nullable;

/**
 * Keeps each principal within its quota, whatever the others do. Stands behind what finds out who
 * calls, and before all services but health.
 *
 * <p>A call of one request that is beyond a quota ends with RESOURCE_EXHAUSTED and the time after
 * which there is something left: at its headers where that is known by then, so that its message is
 * not read, else before anything is done with the message. A stream of requests is slowed instead:
 * its messages are taken and charged, and the next one is asked for when what is owed is paid, so
 * that the transport's flow control makes the caller wait and nothing is kept here meanwhile. Only
 * where that would take longer than {@link SlowedStream#WAIT_MAX} does it end, too.
 */
public final class Quotas implements ServerInterceptor, Closeable {
  private final boolean off;
  private final Allowances allowances;
  private final QuotaMeter meter;

  /** Holds at most one entry a stream. */
  private final ScheduledThreadPoolExecutor timer;

  /** Everybody has all of it at first. */
  public Quotas(QuotaConfig config, MeterRegistry meters) {
    off = config.isOff();
    meter = new QuotaMeter(meters);
    allowances = new Allowances(config, meter::now);
    timer =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().name("dolmen-quota").daemon().factory());
    timer.setRemoveOnCancelPolicy(true);
    timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  /**
   * Puts them before a server's services, unless nobody has a bound; what is added later sees a
   * call before them.
   */
  public <B extends ServerBuilder<B>> B guard(B server) {
    return off
        ? server
        : server.intercept(this).addStreamTracerFactory(new ReceivedBytes.Counting());
  }

  @Override
  public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
      ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
    MethodDescriptor<ReqT, RespT> method = call.getMethodDescriptor();
    String principal = Principal.current().name();
    Allowance allowance = allowances.of(principal);
    if (allowance.isOff() || HealthGrpc.SERVICE_NAME.equals(method.getServiceName())) {
      return next.startCall(call, headers);
    }
    boolean stream = !method.getType().clientSendsOneMessage();
    Exhausted exhausted = allowance.begin(stream, publishes(method), meter.now());
    if (exhausted != null) {
      meter.refuse(call, principal, allowance, exhausted);
      return new ServerCall.Listener<>() {};
    }
    boolean started = false;
    try {
      ServerCall.Listener<ReqT> listener =
          stream
              ? new SlowedStream<>(call, principal, allowance, meter, timer).start(headers, next)
              : new OneRequest<>(call, principal, allowance, next.startCall(call, headers));
      started = true;
      return listener;
    } finally {
      if (!started) {
        allowance.end(stream);
      }
    }
  }

  static boolean publishes(MethodDescriptor<?, ?> method) {
    return FeedbackServiceGrpc.SERVICE_NAME.equals(method.getServiceName());
  }

  /** Events in a message. */
  static int events(@Nullable Object message) {
    return message instanceof PublishRequest published ? published.getEventsCount() : 0;
  }

  /** Principals that are held. */
  int size() {
    return allowances.size();
  }

  /** Streams that wait are not woken any more. */
  @Override
  public void close() {
    timer.shutdownNow();
  }

  /** A call that is let in, until it is known how much it brings. */
  private final class OneRequest<ReqT> extends SimpleForwardingServerCallListener<ReqT> {
    private final ServerCall<ReqT, ?> call;
    private final String principal;
    private final Allowance allowance;
    private final ReceivedBytes received = ReceivedBytes.current();
    private boolean refused;

    OneRequest(
        ServerCall<ReqT, ?> call,
        String principal,
        Allowance allowance,
        ServerCall.Listener<ReqT> next) {
      super(next);
      this.call = call;
      this.principal = principal;
      this.allowance = allowance;
    }

    @Override
    public void onMessage(ReqT message) {
      Exhausted exhausted = allowance.take(events(message), received.take(), meter.now());
      if (exhausted == null) {
        super.onMessage(message);
      } else {
        refused = true;
        meter.refuse(call, principal, allowance, exhausted);
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
      allowance.end(false);
      super.onCancel();
    }

    @Override
    public void onComplete() {
      allowance.end(false);
      super.onComplete();
    }
  }
}
