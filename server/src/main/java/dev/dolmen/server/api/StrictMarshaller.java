package dev.dolmen.server.api;

import com.google.protobuf.DiscardUnknownFieldsParser;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import dev.dolmen.server.budget.CallMemory;
import dev.dolmen.server.budget.WireWeight;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.ProtoUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads requests, and drops the fields that this version of the API does not know: nothing of them
 * is kept, logged or given back, at any depth, so that what a caller can make the server hold is
 * what is validated.
 *
 * <p>Bytes that are no request become a message of which {@link #isMalformed} knows, and those that
 * are too many once they are decompressed one of which {@link #isTooLarge} does, where gRPC's own
 * marshaller would end the call as if the server had failed.
 */
final class StrictMarshaller<T> implements Marshaller<T> {
  private final Marshaller<T> plain;
  private final Parser<T> parser;
  private final T malformed;
  private final T tooLarge;
  private final T tooMuch;
  private final WireWeight weight;

  /**
   * @param parser of the same messages, which drops unknown fields
   * @param refused makes messages that stand for one that is none, for one that is too large, and
   *     for one for which there is no memory; no other message is one of these objects
   * @param weight what its messages take once they are parsed
   */
  private StrictMarshaller(
      Marshaller<T> plain, Parser<T> parser, Supplier<T> refused, WireWeight weight) {
    this.plain = plain;
    this.parser = parser;
    malformed = refused.get();
    tooLarge = refused.get();
    tooMuch = refused.get();
    this.weight = weight;
  }

  @Override
  public InputStream stream(T value) {
    return plain.stream(value);
  }

  @Override
  public T parse(InputStream stream) {
    try {
      byte[] first = first(stream);
      return first.length < LargeRequests.SMALL_BYTES
          ? parse(first)
          : LargeRequests.OF_PROCESS.inTurn(() -> parse(first, stream));
    } catch (UncheckedIOException | IOException e) {
      return malformed; // No message, or bytes that cannot be decompressed.
    } catch (StatusRuntimeException e) {
      // The stream counts what comes out of it when it decompresses.
      if (e.getStatus().getCode() == Status.Code.RESOURCE_EXHAUSTED) {
        return tooLarge;
      }
      throw e;
    }
  }

  /** All of a small one, without a buffer of some kilobytes if the length is known. */
  private static byte[] first(InputStream stream) throws IOException {
    int length = stream instanceof KnownLength ? stream.available() : LargeRequests.SMALL_BYTES;
    return stream.readNBytes(Math.min(length, LargeRequests.SMALL_BYTES));
  }

  /** A large one; not if its call has ended while it waited for its turn. */
  private T parse(byte[] first, InputStream stream) {
    CallMemory memory = CallMemory.current();
    if (memory != null && memory.isOver()) {
      return tooMuch;
    }
    try {
      return parse(new SequenceInputStream(new ByteArrayInputStream(first), stream).readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private T parse(byte[] bytes) throws IOException {
    CallMemory memory = CallMemory.current();
    return memory == null || memory.parsing(weight.of(bytes)) ? parser.parseFrom(bytes) : tooMuch;
  }

  @SuppressWarnings("ReferenceEquality") // The message that is too large is that one object.
  static boolean isTooLarge(MethodDescriptor<?, ?> method, @Nullable Object message) {
    return method.getRequestMarshaller() instanceof StrictMarshaller<?> strict
        && strict.tooLarge == message;
  }

  /** Whether it stands for a message for which there is no memory: its call is ended. */
  @SuppressWarnings("ReferenceEquality") // That message is that one object.
  static boolean isTooMuch(MethodDescriptor<?, ?> method, @Nullable Object message) {
    return method.getRequestMarshaller() instanceof StrictMarshaller<?> strict
        && strict.tooMuch == message;
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
    // Not the default instance: nothing else is these objects.
    return new StrictMarshaller<>(
        (Marshaller<Q>) ProtoUtils.marshaller(prototype),
        (Parser<Q>) DiscardUnknownFieldsParser.wrap(prototype.getParserForType()),
        () -> (Q) prototype.newBuilderForType().build(),
        WireWeight.of(prototype.getDescriptorForType()));
  }
}
