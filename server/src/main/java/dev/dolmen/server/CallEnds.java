package dev.dolmen.server;

import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** Tells a connection how each of its calls has ended. */
final class CallEnds extends ServerStreamTracer.Factory {
  private final Connections connections;

  CallEnds(Connections connections) {
    this.connections = connections;
  }

  @Override
  public ServerStreamTracer newServerStreamTracer(String fullMethodName, Metadata headers) {
    return new End();
  }

  private final class End extends ServerStreamTracer {
    private volatile @Nullable SocketAddress address;

    @Override
    public void serverCallStarted(ServerCallInfo<?, ?> call) {
      address = call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
    }

    @Override
    public void streamClosed(Status status) {
      SocketAddress from = address;
      if (from == null) {
        return;
      }
      switch (status.getCode()) {
        case OK -> connections.answered(from);
        case RESOURCE_EXHAUSTED, UNAUTHENTICATED, PERMISSION_DENIED -> connections.refused(from);
        default -> {} // Neither done nor refused.
      }
    }
  }
}
