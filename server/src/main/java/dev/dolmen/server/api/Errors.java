package dev.dolmen.server.api;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import com.google.rpc.ResourceInfo;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import dev.dolmen.parameterstore.feature.InvalidFeatureException;
import dev.dolmen.parameterstore.feature.ShownText;
import dev.dolmen.server.ranking.UnknownItemException;
import dev.dolmen.trainer.catalog.CatalogFullException;
import dev.dolmen.trainer.log.LogRecordTooLargeException;
import dev.dolmen.trainer.log.LogUnavailableException;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Statuses with details, as google.rpc defines them.
 *
 * <p>Status and details are headers, of which a client may read no more than 8 KiB in all: one that
 * is larger hides the status from it. So what callers sent is shown by {@link ShownText} alone, and
 * path and problem are bounded. A byte of theirs is sent once in the message and twice, in base 64,
 * in the details: less than 4 KiB in all.
 */
final class Errors {
  /** Longest path of a field, in bytes of a header. */
  static final int FIELD_BYTES_MAX = 320;

  /** Longest value with what was expected, in bytes of a header. */
  static final int PROBLEM_BYTES_MAX = 640;

  /** Longest message: both, and the notes that they were cut. */
  private static final int MESSAGE_BYTES_MAX = 1_040;

  private Errors() {}

  /** INVALID_ARGUMENT with a BadRequest. */
  static StatusRuntimeException invalid(String field, String message) {
    return invalid(new InvalidRequestException(field, message));
  }

  private static StatusRuntimeException invalid(InvalidRequestException e) {
    BadRequest details =
        BadRequest.newBuilder()
            .addFieldViolations(
                BadRequest.FieldViolation.newBuilder()
                    .setField(e.field())
                    .setDescription(e.problem()))
            .build();
    return of(Code.INVALID_ARGUMENT, e.getMessage(), details);
  }

  /** NOT_FOUND with a ResourceInfo. */
  static StatusRuntimeException noItem(String field, String itemId) {
    String message = describe(itemId) + ": no such item in the catalogue";
    ResourceInfo details =
        ResourceInfo.newBuilder()
            .setResourceType("item")
            .setResourceName(ShownText.of(itemId))
            .setDescription(field + ": " + message)
            .build();
    return of(Code.NOT_FOUND, field + ": " + message, details);
  }

  /** RESOURCE_EXHAUSTED; nothing says to try again, as it would be as large. */
  static StatusRuntimeException tooLarge(int maxMessageBytes) {
    return io.grpc.Status.RESOURCE_EXHAUSTED
        .withDescription(
            "request: larger than server.limits.max_message_bytes, "
                + maxMessageBytes
                + " bytes, after decompression")
        .asRuntimeException();
  }

  /** RESOURCE_EXHAUSTED with a RetryInfo. */
  static StatusRuntimeException overloaded(String message, Duration retryAfter) {
    return of(Code.RESOURCE_EXHAUSTED, message, retry(retryAfter));
  }

  /** UNAVAILABLE with a RetryInfo. */
  static StatusRuntimeException unavailable(String message) {
    return of(Code.UNAVAILABLE, message, retry(Duration.ofSeconds(1)));
  }

  /**
   * The status for what the layers below throw at bad input or in bad times, or null for anything
   * else, which is a defect.
   */
  static @Nullable StatusRuntimeException of(Throwable thrown) {
    return switch (thrown) {
      case StatusRuntimeException status -> status;
      case InvalidRequestException e -> invalid(e);
      case InvalidFeatureException e -> of(InvalidRequestException.of(e));
      case UnknownItemException e -> noItem(e.field(), e.itemId());
      case CatalogFullException e -> overloaded(message(e), Duration.ofSeconds(60));
      case LogUnavailableException e -> unavailable(message(e));
      case LogRecordTooLargeException e -> invalid("item", message(e));
      default -> null;
    };
  }

  /** Ends a call with a status and its details. */
  static void close(ServerCall<?, ?> call, StatusRuntimeException status) {
    call.close(status.getStatus(), trailers(status));
  }

  /** The details of a status. */
  static Metadata trailers(StatusRuntimeException status) {
    Metadata trailers = status.getTrailers();
    return trailers == null ? new Metadata() : trailers;
  }

  /** A value as messages show it. */
  static String describe(String value) {
    return '"' + ShownText.of(value) + '"';
  }

  private static String message(RuntimeException e) {
    return String.valueOf(e.getMessage());
  }

  private static RetryInfo retry(Duration after) {
    RetryInfo.Builder info = RetryInfo.newBuilder();
    info.getRetryDelayBuilder().setSeconds(after.getSeconds()).setNanos(after.getNano());
    return info.build();
  }

  private static StatusRuntimeException of(Code code, String message, Message details) {
    return StatusProto.toStatusRuntimeException(
        Status.newBuilder()
            .setCode(code.getNumber())
            .setMessage(ShownText.within(message, MESSAGE_BYTES_MAX))
            .addDetails(Any.pack(details))
            .build());
  }
}
