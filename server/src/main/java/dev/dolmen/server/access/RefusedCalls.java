package dev.dolmen.server.access;

import io.grpc.ServerCall;
import io.grpc.Status;

/** Is told of each call that is not let in. */
@FunctionalInterface
public interface RefusedCalls {
  /**
   * Any thread; before the call ends.
   *
   * @param caller the principal's name; empty if the server does not know who it is
   * @param status UNAUTHENTICATED, PERMISSION_DENIED, or UNAVAILABLE where it cannot be found out
   *     now who it is
   */
  void refused(String caller, ServerCall<?, ?> call, Status status);
}
