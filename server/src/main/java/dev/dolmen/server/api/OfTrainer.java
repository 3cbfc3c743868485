package dev.dolmen.server.api;

import dev.dolmen.v1.AdminServiceGrpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;

/**
 * Refuses what callers want of a trainer, with FAILED_PRECONDITION: to try again there would not
 * help. Its processors are for learning, and what it holds may be of a lead that has ended without
 * its knowing, which no server would serve.
 */
final class OfTrainer implements ServerInterceptor {
  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    if (AdminServiceGrpc.SERVICE_NAME.equals(call.getMethodDescriptor().getServiceName())) {
      return next.startCall(call, headers);
    }
    call.close(
        Status.FAILED_PRECONDITION.withDescription(
            call.getMethodDescriptor().getFullMethodName()
                + ": this process learns (role trainer); ask a server of the cluster"),
        new Metadata());
    return new ServerCall.Listener<>() {};
  }
}
