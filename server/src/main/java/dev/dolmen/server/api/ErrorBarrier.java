package dev.dolmen.server.api;

import dev.dolmen.server.access.Proof;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes calls whose handler threw with the status that the exception stands for. What stands for
 * none is a defect: it is logged, and the caller gets INTERNAL without the details.
 */
final class ErrorBarrier implements ServerInterceptor {
  private static final Logger LOG = LoggerFactory.getLogger(ErrorBarrier.class);

  private final int maxMessageBytes;

  /**
   * @param maxMessageBytes largest request message, for callers who sent a larger one
   */
  ErrorBarrier(int maxMessageBytes) {
    this.maxMessageBytes = maxMessageBytes;
  }

  @Override
  public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
      ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
    return new Guard<>(next.startCall(call, headers), call, maxMessageBytes);
  }

  /** The status that an exception stands for; a defect is logged. */
  static StatusRuntimeException statusOf(MethodDescriptor<?, ?> method, RuntimeException thrown) {
    StatusRuntimeException status = Errors.of(thrown);
    if (status == null) {
      LOG.error("{} failed", method.getFullMethodName(), thrown);
      return Status.INTERNAL.withDescription("internal error, see the log").asRuntimeException();
    }
    return status;
  }

  private static final class Guard<ReqT> extends SimpleForwardingServerCallListener<ReqT> {
    private final ServerCall<ReqT, ?> call;
    private final int maxMessageBytes;
    private boolean closed;

    Guard(ServerCall.Listener<ReqT> delegate, ServerCall<ReqT, ?> call, int maxMessageBytes) {
      super(delegate);
      this.call = call;
      this.maxMessageBytes = maxMessageBytes;
    }

    @Override
    public void onMessage(ReqT message) {
      Status ended = Proof.endOfCall();
      if (ended != null) {
        closeUnasked(ended.asRuntimeException());
        return;
      }
      if (StrictMarshaller.isMalformed(call.getMethodDescriptor(), message)) {
        String type = call.getMethodDescriptor().getFullMethodName();
        closeUnasked(Errors.invalid("request", "bytes that are no request message of " + type));
        return;
      }
      if (StrictMarshaller.isTooLarge(call.getMethodDescriptor(), message)) {
        closeUnasked(Errors.tooLarge(maxMessageBytes));
        return;
      }
      if (StrictMarshaller.isTooMuch(call.getMethodDescriptor(), message)) {
        closed = true; // Whoever refused it ends the call.
        return;
      }
      run(() -> super.onMessage(message));
    }

    @Override
    public void onHalfClose() {
      run(super::onHalfClose);
    }

    @Override
    public void onReady() {
      run(super::onReady);
    }

    private void run(Runnable callback) {
      if (closed) {
        return;
      }
      try {
        callback.run();
      } catch (RuntimeException e) {
        close(statusOf(call.getMethodDescriptor(), e));
      }
    }

    /** The handler has no part in it: what it is still at for a stream of requests, it leaves. */
    private void closeUnasked(StatusRuntimeException status) {
      if (!closed) {
        super.onCancel();
        close(status);
      }
    }

    private void close(StatusRuntimeException status) {
      closed = true;
      Errors.close(call, status);
    }
  }
}
