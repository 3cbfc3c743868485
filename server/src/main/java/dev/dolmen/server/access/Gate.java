package dev.dolmen.server.access;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/**
 * Stands before every service, and before everything that costs: finds out who calls, and lets in
 * who may. What is behind it runs in a context that names the {@link Principal}. A call that is
 * refused ends at its headers; its messages are not read.
 */
final class Gate implements ServerInterceptor {
  private final Callers callers;
  private final RefusedCalls refusals;
  private final Counter unknown;
  private final Counter denied;
  private final Counter unavailable;

  Gate(Callers callers, RefusedCalls refusals, MeterRegistry meters) {
    this.callers = callers;
    this.refusals = refusals;
    unknown = counter(Status.Code.UNAUTHENTICATED, meters);
    denied = counter(Status.Code.PERMISSION_DENIED, meters);
    unavailable = counter(Status.Code.UNAVAILABLE, meters);
  }

  private static Counter counter(Status.Code status, MeterRegistry meters) {
    return Counter.builder("dolmen.access.refused")
        .description("Calls of callers who are not known, or may not do that")
        .tag("status", status.name())
        .register(meters);
  }

  private Counter refused(Status.Code status) {
    return switch (status) {
      case PERMISSION_DENIED -> denied;
      case UNAVAILABLE -> unavailable; // Who it is cannot be found out now.
      default -> unknown;
    };
  }

  @Override
  public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
      ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
    MethodDescriptor<ReqT, RespT> method = call.getMethodDescriptor();
    if (MethodRoles.isOpen(method)) {
      return next.startCall(call, headers);
    }
    try {
      Proof proof =
          callers.prove(headers, call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION));
      Role role = MethodRoles.of(method);
      if (!proof.principal().may(role)) {
        throw Refusal.missing(proof.principal(), role, method.getFullMethodName());
      }
      Context context = proof.principal().in(Context.current()).withValue(Proof.CURRENT, proof);
      return Contexts.interceptCall(context, call, headers, next);
    } catch (Refusal e) {
      refused(e.status().getCode()).increment();
      refusals.refused(e.caller(), call, e.status());
      call.close(e.status(), new Metadata());
      return new ServerCall.Listener<>() {};
    }
  }
}
