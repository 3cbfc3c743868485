package dev.dolmen.server.access;

import dev.dolmen.v1.AdminServiceGrpc;
import dev.dolmen.v1.CatalogServiceGrpc;
import dev.dolmen.v1.FeedbackServiceGrpc;
import dev.dolmen.v1.RecommendationServiceGrpc;
import io.grpc.MethodDescriptor;
import io.grpc.health.v1.HealthGrpc;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Which role a method asks for. Health is open: who probes has no key. What is not named here is
 * for {@link Role#ADMIN}, reflection among it, so that a new method is closed until somebody thinks
 * about it.
 */
public final class MethodRoles {
  private static final Set<String> OPEN = Set.of(HealthGrpc.SERVICE_NAME);

  private static final Map<String, Role> BY_METHOD = new HashMap<>();

  static {
    put(
        Role.READ,
        RecommendationServiceGrpc.getRecommendMethod(),
        RecommendationServiceGrpc.getScoreMethod(),
        RecommendationServiceGrpc.getSimilarMethod(),
        RecommendationServiceGrpc.getMapItemsMethod(),
        RecommendationServiceGrpc.getListImpressionsMethod(),
        CatalogServiceGrpc.getGetItemMethod(),
        CatalogServiceGrpc.getGetItemHistoryMethod(),
        CatalogServiceGrpc.getGetItemRowsMethod(),
        CatalogServiceGrpc.getListItemsMethod(),
        CatalogServiceGrpc.getGetSchemaMethod());
    put(
        Role.PUBLISH,
        FeedbackServiceGrpc.getPublishMethod(),
        FeedbackServiceGrpc.getPublishBatchMethod());
    put(
        Role.CATALOG,
        CatalogServiceGrpc.getUpsertItemsMethod(),
        CatalogServiceGrpc.getUpsertItemsBatchMethod(),
        CatalogServiceGrpc.getPatchItemsMethod(),
        CatalogServiceGrpc.getDeleteItemsMethod());
    put(
        Role.ADMIN,
        AdminServiceGrpc.getGetStatusMethod(),
        AdminServiceGrpc.getGetConfigMethod(),
        AdminServiceGrpc.getListRejectedEventsMethod(),
        AdminServiceGrpc.getGetChartsMethod(),
        AdminServiceGrpc.getListSnapshotsMethod(),
        AdminServiceGrpc.getCreateSnapshotMethod());
  }

  private MethodRoles() {}

  private static void put(Role role, MethodDescriptor<?, ?>... methods) {
    Stream.of(methods).forEach(method -> BY_METHOD.put(method.getFullMethodName(), role));
  }

  /** Whether anybody may call it. */
  static boolean isOpen(MethodDescriptor<?, ?> method) {
    return OPEN.contains(String.valueOf(method.getServiceName()));
  }

  static Role of(MethodDescriptor<?, ?> method) {
    return of(method.getFullMethodName()).orElse(Role.ADMIN);
  }

  /** The role that is named here for a method. */
  public static Optional<Role> of(String fullMethodName) {
    return Optional.ofNullable(BY_METHOD.get(fullMethodName));
  }
}
