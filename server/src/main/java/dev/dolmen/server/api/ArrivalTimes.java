package dev.dolmen.server.api;

import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Notes when each call's first bytes were read, on the thread that reads them: an interceptor runs
 * when a ranking thread is free, and does not see how long that took.
 */
public final class ArrivalTimes extends ServerStreamTracer.Factory {
  private static final Context.Key<Long> ARRIVED_NANOS = Context.key("dolmen-arrived-nanos");

  private final LongSupplier nanos;

  /**
   * @param nanos monotonic time
   */
  public ArrivalTimes(LongSupplier nanos) {
    this.nanos = nanos;
  }

  @Override
  public ServerStreamTracer newServerStreamTracer(String fullMethodName, Metadata headers) {
    long arrived = nanos.getAsLong();
    return new ServerStreamTracer() {
      @Override
      public Context filterContext(Context context) {
        return context.withValue(ARRIVED_NANOS, arrived);
      }
    };
  }

  /** Nanoseconds since the call of this thread's context came; 0 if nobody noted it. */
  static long waitedNanos(long nowNanos) {
    Long arrived = ARRIVED_NANOS.get();
    return arrived == null ? 0 : nowNanos - arrived;
  }

  /** Milliseconds since the call of this thread's context came; 0 if nobody noted it. */
  static long waitedMs(long nowNanos) {
    return TimeUnit.NANOSECONDS.toMillis(waitedNanos(nowNanos));
  }
}
