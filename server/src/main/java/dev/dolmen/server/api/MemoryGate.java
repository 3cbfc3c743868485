package dev.dolmen.server.api;

import dev.dolmen.server.budget.CallMemory;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Tells each call's {@link CallMemory} what the call has let go of, and ends the call with
 * RESOURCE_EXHAUSTED if it must. The first to see a call that may come in, so that nothing of a
 * request is read before its memory is counted, or if there is none for it.
 */
public final class MemoryGate implements ServerInterceptor {
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  @Override
  public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
      ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
    CallMemory memory = CallMemory.current();
    SocketAddress from = call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
    if (memory == null || from == null) {
      throw new IllegalStateException("nobody counts what this call holds");
    }
    Endable<ReqT, RespT> endable = new Endable<>(call, memory);
    if (!memory.open(from, endable::end)) {
      return new ServerCall.Listener<>() {}; // Nothing of its request is asked for.
    }
    boolean stream = !call.getMethodDescriptor().getType().clientSendsOneMessage();
    return new SimpleForwardingServerCallListener<>(next.startCall(endable, headers)) {
      @Override
      public void onMessage(ReqT message) {
        if (!memory.isEnded()) {
          super.onMessage(message);
        }
        if (stream) {
          memory.handled();
        }
      }

      @Override
      public void onHalfClose() {
        if (!memory.isEnded()) {
          super.onHalfClose();
        }
      }

      @Override
      public void onReady() {
        memory.taken();
        super.onReady();
      }
    };
  }

  /** A call that is closed once: for its memory on any thread, or by what answers it. */
  private static final class Endable<ReqT, RespT> extends SimpleForwardingServerCall<ReqT, RespT> {
    private final CallMemory memory;

    /** Guards the call, which is not made for several threads. */
    private final ReentrantLock lock = new ReentrantLock();

    private boolean closed;

    Endable(ServerCall<ReqT, RespT> call, CallMemory memory) {
      super(call);
      this.memory = memory;
    }

    boolean end(String why) {
      StatusRuntimeException status = Errors.overloaded(why, RETRY_AFTER);
      return closeOnce(status.getStatus(), Errors.trailers(status));
    }

    private boolean closeOnce(Status status, Metadata trailers) {
      lock.lock();
      try {
        if (closed) {
          return false;
        }
        closed = true;
        super.close(status, trailers);
        return true;
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void close(Status status, Metadata trailers) {
      if (!closeOnce(status, trailers) && !memory.isEnded()) {
        throw new IllegalStateException("closed already");
      }
    }

    @Override
    public void sendHeaders(Metadata headers) {
      unlessClosed(() -> super.sendHeaders(headers));
    }

    @Override
    public void sendMessage(RespT message) {
      unlessClosed(() -> super.sendMessage(message));
      // Ready means less than 32 KiB waiting in this stream: the only answer of a call counts until
      // the call has ended, as thousands of such answers are many.
      if (!getMethodDescriptor().getType().serverSendsOneMessage() && isReady()) {
        memory.taken();
      }
    }

    private void unlessClosed(Runnable send) {
      lock.lock();
      try {
        if (!closed) {
          send.run();
        }
      } finally {
        lock.unlock();
      }
    }
  }
}
