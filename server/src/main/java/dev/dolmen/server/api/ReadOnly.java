package dev.dolmen.server.api;

import dev.dolmen.v1.AdminServiceGrpc;
import dev.dolmen.v1.CatalogServiceGrpc;
import dev.dolmen.v1.FeedbackServiceGrpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Refuses what would change something, with FAILED_PRECONDITION: to try again would not help, which
 * UNAVAILABLE would say.
 */
final class ReadOnly implements ServerInterceptor {
  private static final Set<String> CHANGING =
      Stream.of(
              FeedbackServiceGrpc.getPublishMethod(),
              FeedbackServiceGrpc.getPublishBatchMethod(),
              CatalogServiceGrpc.getUpsertItemsMethod(),
              CatalogServiceGrpc.getUpsertItemsBatchMethod(),
              CatalogServiceGrpc.getPatchItemsMethod(),
              CatalogServiceGrpc.getDeleteItemsMethod(),
              AdminServiceGrpc.getCreateSnapshotMethod())
          .map(MethodDescriptor::getFullMethodName)
          .collect(Collectors.toUnmodifiableSet());

  private final String snapshotId;

  ReadOnly(String snapshotId) {
    this.snapshotId = snapshotId;
  }

  @Override
  public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
      ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
    String method = call.getMethodDescriptor().getFullMethodName();
    if (!CHANGING.contains(method)) {
      return next.startCall(call, headers);
    }
    call.close(
        Status.FAILED_PRECONDITION.withDescription(
            method
                + ": this server only reads, it serves snapshot "
                + snapshotId
                + "; send feedback and changes to the server that learns"),
        new Metadata());
    return new ServerCall.Listener<>() {};
  }
}
