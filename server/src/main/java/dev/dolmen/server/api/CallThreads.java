package dev.dolmen.server.api;

import dev.dolmen.v1.RecommendationServiceGrpc;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallExecutorSupplier;
import io.grpc.ServerStreamTracer;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * On which thread a call's events are handled: what comes in, and its end.
 *
 * <p>Calls wait for the log, the trainer, the caller, so they have a virtual thread each. Ranking
 * calls do not: what is to be computed goes to the ranking threads, and until then there is only a
 * small request to be read. That is done on the thread that reads the connection, which saves three
 * changes of thread a call, a seventh of its processor time. A request that is large, or that has
 * to be decompressed, waits for its turn ({@link LargeRequests}), and takes a virtual thread after
 * all, so that no connection waits for another's.
 */
public final class CallThreads extends ServerStreamTracer.Factory
    implements ServerCallExecutorSupplier {
  private static final Context.Key<ReadingThread> CURRENT = Context.key("dolmen-reading-thread");

  private final Executor waiting;
  private final boolean gatesWait;

  /**
   * @param waiting runs what may wait
   * @param gatesWait whether finding out who calls may wait, for keys of an issuer
   */
  public CallThreads(Executor waiting, boolean gatesWait) {
    this.waiting = waiting;
    this.gatesWait = gatesWait;
  }

  @Override
  public ServerStreamTracer newServerStreamTracer(String fullMethodName, Metadata headers) {
    return new ReadingThread();
  }

  @Override
  public <ReqT, RespT> Executor getExecutor(ServerCall<ReqT, RespT> call, Metadata headers) {
    @Nullable String service = call.getMethodDescriptor().getServiceName();
    @Nullable ReadingThread reading = CURRENT.get();
    boolean ranks = RecommendationServiceGrpc.SERVICE_NAME.equals(service);
    return reading == null || gatesWait || !ranks ? waiting : reading;
  }

  /**
   * Of one call, whose events gRPC hands over one after another. The size of a request is known
   * before it is to be read: nothing of it has come when the call begins, which is at its headers.
   */
  private final class ReadingThread extends ServerStreamTracer implements Executor {
    private volatile boolean large;

    @Override
    public Context filterContext(Context context) {
      return context.withValue(CURRENT, this);
    }

    @Override
    public void inboundMessageRead(int number, long wireBytes, long plainBytes) {
      large |= plainBytes < 0 || plainBytes >= LargeRequests.SMALL_BYTES;
    }

    @Override
    public void execute(Runnable event) {
      if (large) {
        waiting.execute(event);
      } else {
        event.run();
      }
    }
  }
}
