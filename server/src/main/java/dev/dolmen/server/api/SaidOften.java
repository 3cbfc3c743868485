package dev.dolmen.server.api;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;

/** A status with details that ends many calls, made once. Immutable; any thread. */
final class SaidOften {
  private final Status status;

  /** Only read: what ends a call changes the trailers that it is given. */
  private final Metadata trailers;

  SaidOften(StatusRuntimeException said) {
    status = said.getStatus();
    trailers = Errors.trailers(said);
  }

  /** Ends a call with it. */
  void close(ServerCall<?, ?> call) {
    Metadata own = new Metadata();
    own.merge(trailers);
    call.close(status, own);
  }
}
