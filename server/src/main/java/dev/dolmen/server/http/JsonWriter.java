package dev.dolmen.server.http;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;
import com.google.rpc.ErrorDetailsProto;
import java.nio.charset.StandardCharsets;

/**
 * Writes messages as JSON: the fields' names as they are defined, and every field that has a
 * default, so that answers of one kind have one shape. Stateless.
 */
final class JsonWriter {
  private static final JsonFormat.Printer PRINTER =
      JsonFormat.printer()
          .preservingProtoFieldNames()
          .omittingInsignificantWhitespace()
          .usingTypeRegistry(
              TypeRegistry.newBuilder()
                  .add(ErrorDetailsProto.getDescriptor().getMessageTypes())
                  .build());

  private static final JsonFormat.Printer WHOLE = PRINTER.alwaysPrintFieldsWithNoPresence();

  private JsonWriter() {}

  /** An answer. */
  static byte[] answer(Message message) {
    return text(WHOLE, message).getBytes(StandardCharsets.UTF_8);
  }

  /** A status, in which what is not there is left out. */
  static String status(com.google.rpc.Status status) {
    return text(PRINTER, status);
  }

  private static String text(JsonFormat.Printer printer, MessageOrBuilder message) {
    try {
      return printer.print(message);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(e); // Only for details of unknown types.
    }
  }
}
