package dev.dolmen.server.quota;

import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts the bytes of a call's request messages after decompression, before anything is read from
 * them: unknown fields count, which a parsed message does not hold any more.
 */
final class ReceivedBytes extends ServerStreamTracer {
  private static final Context.Key<ReceivedBytes> CURRENT = Context.key("dolmen-received-bytes");

  private final AtomicLong received = new AtomicLong();

  /** Counts in every call. */
  static final class Counting extends ServerStreamTracer.Factory {
    @Override
    public ServerStreamTracer newServerStreamTracer(String fullMethodName, Metadata headers) {
      return new ReceivedBytes();
    }
  }

  /** Of the call whose context this thread runs in; one that stays at 0 if nobody counts. */
  static ReceivedBytes current() {
    ReceivedBytes counted = CURRENT.get();
    return counted == null ? new ReceivedBytes() : counted;
  }

  @Override
  public Context filterContext(Context context) {
    return context.withValue(CURRENT, this);
  }

  @Override
  public void inboundUncompressedSize(long bytes) {
    received.addAndGet(bytes);
  }

  /** Those that came since the last time. */
  long take() {
    return received.getAndSet(0);
  }
}
