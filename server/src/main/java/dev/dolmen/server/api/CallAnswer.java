package dev.dolmen.server.api;

import dev.dolmen.server.ranking.Answer;
import io.grpc.Context;
import io.grpc.MethodDescriptor;
import io.grpc.stub.StreamObserver;

/** Ends a call with its answer, in the context of the call, on whichever thread has it. */
final class CallAnswer<T> implements Answer<T> {
  private final MethodDescriptor<?, T> method;
  private final StreamObserver<T> out;
  private final Context context = Context.current();

  /** For the call of this thread's context. */
  CallAnswer(MethodDescriptor<?, T> method, StreamObserver<T> out) {
    this.method = method;
    this.out = out;
  }

  @Override
  public void give(T answer) {
    context.run(() -> {
      out.onNext(answer);
      out.onCompleted();
    });
  }

  @Override
  public void fail(RuntimeException why) {
    context.run(() -> out.onError(ErrorBarrier.statusOf(method, why)));
  }
}
