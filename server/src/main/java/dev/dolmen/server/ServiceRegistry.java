package dev.dolmen.server;

import dev.dolmen.v1.AdminServiceGrpc;
import dev.dolmen.v1.CatalogServiceGrpc;
import dev.dolmen.v1.FeedbackServiceGrpc;
import dev.dolmen.v1.RecommendationServiceGrpc;
import io.grpc.HandlerRegistry;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The services of Dolmen, which come into being only after the engine has caught up with its log.
 * Until then their methods answer UNAVAILABLE, so that callers retry instead of giving up.
 */
final class ServiceRegistry extends HandlerRegistry {
  /** Every service of Dolmen. */
  static final List<ServiceDescriptor> SERVICES =
      List.of(
          RecommendationServiceGrpc.getServiceDescriptor(),
          FeedbackServiceGrpc.getServiceDescriptor(),
          CatalogServiceGrpc.getServiceDescriptor(),
          AdminServiceGrpc.getServiceDescriptor());

  private volatile List<ServerServiceDefinition> services = starting();
  private volatile Map<String, ServerMethodDefinition<?, ?>> methods = index(services);

  /** Replaces the answers UNAVAILABLE by the services. */
  void open(List<ServerServiceDefinition> open) {
    methods = index(open);
    services = List.copyOf(open);
  }

  @Override
  public List<ServerServiceDefinition> getServices() {
    return services;
  }

  @Override
  public @Nullable ServerMethodDefinition<?, ?> lookupMethod(
      String methodName, @Nullable String authority) {
    return methods.get(methodName);
  }

  private static Map<String, ServerMethodDefinition<?, ?>> index(
      List<ServerServiceDefinition> services) {
    Map<String, ServerMethodDefinition<?, ?>> methods = new HashMap<>();
    for (ServerServiceDefinition service : services) {
      for (ServerMethodDefinition<?, ?> method : service.getMethods()) {
        methods.put(method.getMethodDescriptor().getFullMethodName(), method);
      }
    }
    return methods;
  }

  private static List<ServerServiceDefinition> starting() {
    return SERVICES.stream().map(ServiceRegistry::starting).toList();
  }

  private static ServerServiceDefinition starting(ServiceDescriptor service) {
    ServerServiceDefinition.Builder definition = ServerServiceDefinition.builder(service);
    for (MethodDescriptor<?, ?> method : service.getMethods()) {
      definition.addMethod(starting(method));
    }
    return definition.build();
  }

  private static <Q, A> ServerMethodDefinition<Q, A> starting(MethodDescriptor<Q, A> method) {
    return ServerMethodDefinition.create(
        method,
        (call, headers) -> {
          call.close(
              Status.UNAVAILABLE.withDescription("starting: not ready to answer yet"),
              new Metadata());
          return new ServerCall.Listener<>() {};
        });
  }
}
