package dev.dolmen.server.audit;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import java.util.concurrent.atomic.AtomicBoolean;

/** A call that may change something, until it ends: by an answer, or by its caller going away. */
final class AuditedCall<ReqT, RespT> extends SimpleForwardingServerCall<ReqT, RespT> {
  private final AuditEntry entry;
  private final AuditLog log;
  private final AtomicBoolean ended = new AtomicBoolean();

  AuditedCall(ServerCall<ReqT, RespT> call, AuditEntry entry, AuditLog log) {
    super(call);
    this.entry = entry;
    this.log = log;
  }

  ServerCall.Listener<ReqT> start(Metadata headers, ServerCallHandler<ReqT, RespT> next) {
    return new SimpleForwardingServerCallListener<>(next.startCall(this, headers)) {
      @Override
      public void onMessage(ReqT message) {
        entry.received(message);
        super.onMessage(message);
      }

      @Override
      public void onCancel() {
        end(Status.CANCELLED);
        super.onCancel();
      }
    };
  }

  @Override
  public void sendMessage(RespT message) {
    entry.answered(message);
    super.sendMessage(message);
  }

  @Override
  public void close(Status status, Metadata trailers) {
    end(status);
    super.close(status, trailers);
  }

  private void end(Status status) {
    if (ended.compareAndSet(false, true)) {
      log.write(entry, status);
    }
  }
}
