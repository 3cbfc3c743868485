package dev.dolmen.server;

import com.google.protobuf.Empty;
import dev.dolmen.parameterstore.feature.ShownText;
import dev.dolmen.v1.AdminServiceGrpc;
import dev.dolmen.v1.CatalogServiceGrpc;
import dev.dolmen.v1.FeedbackServiceGrpc;
import dev.dolmen.v1.RecommendationServiceGrpc;
import io.grpc.HandlerRegistry;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The services of Dolmen, which come into being when there is something to answer with. Until then
 * their methods answer UNAVAILABLE and why, so that callers retry instead of giving up.
 */
final class ServiceRegistry {
  /** Every service of Dolmen. */
  static final List<ServiceDescriptor> SERVICES =
      List.of(
          RecommendationServiceGrpc.getServiceDescriptor(),
          FeedbackServiceGrpc.getServiceDescriptor(),
          CatalogServiceGrpc.getServiceDescriptor(),
          AdminServiceGrpc.getServiceDescriptor());

  private static final MethodDescriptor.Marshaller<Empty> EMPTY =
      ProtoUtils.marshaller(Empty.getDefaultInstance());

  private final Supplier<String> reason;
  private volatile List<ServerServiceDefinition> services;
  private volatile Map<String, ServerMethodDefinition<?, ?>> methods;

  /**
   * @param reason why nothing can be answered yet
   */
  ServiceRegistry(Supplier<String> reason) {
    this.reason = reason;
    services = SERVICES.stream().map(this::starting).toList();
    methods = index(services);
  }

  /** Full names of all methods that callers may find, those of health and reflection among them. */
  static Set<String> methodNames() {
    return Stream.concat(
            SERVICES.stream(),
            Stream.of(
                HealthGrpc.getServiceDescriptor(), ServerReflectionGrpc.getServiceDescriptor()))
        .flatMap(service -> service.getMethods().stream())
        .map(MethodDescriptor::getFullMethodName)
        .collect(Collectors.toUnmodifiableSet());
  }

  /** Replaces the answers UNAVAILABLE of some services by the services. */
  synchronized void open(List<ServerServiceDefinition> open) {
    Map<String, ServerServiceDefinition> byName = new LinkedHashMap<>();
    services.forEach(service -> byName.put(service.getServiceDescriptor().getName(), service));
    open.forEach(service -> byName.put(service.getServiceDescriptor().getName(), service));
    services = List.copyOf(byName.values());
    methods = index(services);
  }

  /**
   * gRPC would answer before anybody sees the call, and show the whole name: as long as headers may
   * be, to callers who may know nothing of what there is.
   */
  private static ServerMethodDefinition<?, ?> unknown(String name) {
    String shown = ShownText.of(name);
    return ServerMethodDefinition.create(
        MethodDescriptor.<Empty, Empty>newBuilder()
            .setType(MethodType.UNKNOWN)
            .setFullMethodName(shown)
            .setRequestMarshaller(EMPTY)
            .setResponseMarshaller(EMPTY)
            .build(),
        (call, headers) -> {
          call.close(
              Status.UNIMPLEMENTED.withDescription("Method not found: " + shown), new Metadata());
          return new ServerCall.Listener<>() {};
        });
  }

  /** Some of the services; the others are not known there. */
  HandlerRegistry only(Predicate<String> serviceName) {
    return new HandlerRegistry() {
      @Override
      public List<ServerServiceDefinition> getServices() {
        return services.stream()
            .filter(service -> serviceName.test(service.getServiceDescriptor().getName()))
            .toList();
      }

      @Override
      public ServerMethodDefinition<?, ?> lookupMethod(
          String methodName, @Nullable String authority) {
        ServerMethodDefinition<?, ?> method = methods.get(methodName);
        return method != null
                && serviceName.test(String.valueOf(method.getMethodDescriptor().getServiceName()))
            ? method
            : unknown(methodName);
      }
    };
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

  private ServerServiceDefinition starting(ServiceDescriptor service) {
    ServerServiceDefinition.Builder definition = ServerServiceDefinition.builder(service);
    for (MethodDescriptor<?, ?> method : service.getMethods()) {
      definition.addMethod(starting(method));
    }
    return definition.build();
  }

  private <Q, A> ServerMethodDefinition<Q, A> starting(MethodDescriptor<Q, A> method) {
    return ServerMethodDefinition.create(
        method,
        (call, headers) -> {
          call.close(Status.UNAVAILABLE.withDescription(reason.get()), new Metadata());
          return new ServerCall.Listener<>() {};
        });
  }
}
