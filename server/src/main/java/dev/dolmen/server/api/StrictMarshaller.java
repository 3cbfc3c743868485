package dev.dolmen.server.api;

import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.ProtoUtils;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads requests; bytes that are none become a message of which {@link #isMalformed} knows, where
 * gRPC's own marshaller would end the call as if the server had failed.
 */
final class StrictMarshaller<T> implements Marshaller<T> {
  private final Marshaller<T> plain;
  private final T malformed;

  private StrictMarshaller(Marshaller<T> plain, T malformed) {
    this.plain = plain;
    this.malformed = malformed;
  }

  @Override
  public InputStream stream(T value) {
    return plain.stream(value);
  }

  @Override
  public T parse(InputStream stream) {
    try {
      return plain.parse(stream);
    } catch (StatusRuntimeException e) {
      if (e.getCause() instanceof com.google.protobuf.InvalidProtocolBufferException) {
        return malformed;
      }
      throw e;
    }
  }

  @SuppressWarnings("ReferenceEquality") // The malformed message is that one object.
  static boolean isMalformed(MethodDescriptor<?, ?> method, @Nullable Object message) {
    return method.getRequestMarshaller() instanceof StrictMarshaller<?> strict
        && strict.malformed == message;
  }

  /** The same service with strict marshallers for its requests. */
  static ServerServiceDefinition wrap(ServerServiceDefinition service) {
    ServiceDescriptor.Builder descriptor =
        ServiceDescriptor.newBuilder(service.getServiceDescriptor().getName())
            .setSchemaDescriptor(service.getServiceDescriptor().getSchemaDescriptor());
    java.util.List<ServerMethodDefinition<?, ?>> methods = new java.util.ArrayList<>();
    for (ServerMethodDefinition<?, ?> method : service.getMethods()) {
      ServerMethodDefinition<?, ?> wrapped = wrapMethod(method);
      methods.add(wrapped);
      descriptor.addMethod(wrapped.getMethodDescriptor());
    }
    ServerServiceDefinition.Builder wrapped = ServerServiceDefinition.builder(descriptor.build());
    methods.forEach(wrapped::addMethod);
    return wrapped.build();
  }

  private static <Q, A> ServerMethodDefinition<Q, A> wrapMethod(
      ServerMethodDefinition<Q, A> method) {
    MethodDescriptor<Q, A> descriptor = method.getMethodDescriptor();
    return ServerMethodDefinition.create(
        descriptor.toBuilder(
                strict(descriptor.getRequestMarshaller()), descriptor.getResponseMarshaller())
            .build(),
        method.getServerCallHandler());
  }

  /** Requests are protobuf messages, so that a fresh instance of their type can be made. */
  @SuppressWarnings("unchecked")
  private static <Q> Marshaller<Q> strict(Marshaller<Q> plain) {
    Message prototype =
        (Message) ((MethodDescriptor.PrototypeMarshaller<Q>) plain).getMessagePrototype();
    if (prototype == null) {
      throw new IllegalArgumentException("a marshaller without a prototype");
    }
    // Not the default instance: nothing else is this object.
    Message fresh = prototype.newBuilderForType().build();
    return new StrictMarshaller<>((Marshaller<Q>) ProtoUtils.marshaller(prototype), (Q) fresh);
  }
}
