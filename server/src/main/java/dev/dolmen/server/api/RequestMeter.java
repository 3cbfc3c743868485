package dev.dolmen.server.api;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** Times every call from its arrival to its status. */
final class RequestMeter implements ServerInterceptor {
  static final String NAME = "dolmen.requests";
  static final String METHOD = "method";
  static final String STATUS = "status";

  private final MeterRegistry meters;

  /** By method, then by status: bounded by the methods of the services and gRPC's 17 statuses. */
  private final ConcurrentHashMap<String, ConcurrentHashMap<Status.Code, Timer>> timers =
      new ConcurrentHashMap<>();

  RequestMeter(MeterRegistry meters) {
    this.meters = meters;
  }

  @Override
  public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
      ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
    long startNanos = meters.config().clock().monotonicTime();
    String method = call.getMethodDescriptor().getFullMethodName();
    ServerCall<ReqT, RespT> timed =
        new SimpleForwardingServerCall<>(call) {
          @Override
          public void close(Status status, Metadata trailers) {
            super.close(status, trailers);
            long nanos = meters.config().clock().monotonicTime() - startNanos;
            timer(method, status.getCode()).record(nanos, TimeUnit.NANOSECONDS);
          }
        };
    return next.startCall(timed, headers);
  }

  private Timer timer(String method, Status.Code status) {
    return timers
        .computeIfAbsent(method, m -> new ConcurrentHashMap<>())
        .computeIfAbsent(
            status,
            code ->
                Timer.builder(NAME)
                    .description("Calls from arrival to status")
                    .tag(METHOD, method)
                    .tag(STATUS, code.name())
                    .serviceLevelObjectives(
                        millis(0.5),
                        millis(1),
                        millis(2),
                        millis(5),
                        millis(7),
                        millis(10),
                        millis(20),
                        millis(50),
                        millis(100),
                        millis(250),
                        millis(1_000))
                    .register(meters));
  }

  private static Duration millis(double millis) {
    return Duration.ofNanos((long) (millis * 1e6));
  }
}
