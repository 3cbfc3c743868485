package dev.dolmen.server.http;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import dev.dolmen.parameterstore.feature.ShownText;
import io.grpc.Metadata;
import io.grpc.protobuf.StatusProto;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Why a request is not answered as it wanted: a google.rpc.Status, as over gRPC, and the HTTP
 * status that is closest to it.
 *
 * @param http the latter
 * @param status the former
 * @param allow HTTP methods that the path has, where the request's is none of them
 */
record HttpFailure(HttpResponseStatus http, Status status, List<String> allow) {
  /** nginx's word for it; nobody reads it. */
  private static final HttpResponseStatus CLIENT_CLOSED =
      new HttpResponseStatus(499, "Client Closed Request");

  /** Longest message that is made here, in bytes of a header, as over gRPC. */
  private static final int MESSAGE_BYTES_MAX = 1_040;

  private HttpFailure(HttpResponseStatus http, Status status) {
    this(http, status, List.of());
  }

  /** What a call ended with. */
  static HttpFailure of(io.grpc.Status status, Metadata trailers) {
    Status whole =
        StatusProto.fromStatusAndTrailers(
            status.getDescription() == null
                ? status.withDescription(status.getCode().name())
                : status,
            trailers);
    return new HttpFailure(httpStatus(Code.forNumber(whole.getCode()), whole), whole);
  }

  /** A request that is not as the definition of its message wants it. */
  static HttpFailure of(JsonProblem problem) {
    BadRequest details =
        BadRequest.newBuilder()
            .addFieldViolations(
                BadRequest.FieldViolation.newBuilder()
                    .setField(problem.field())
                    .setDescription(problem.problem()))
            .build();
    Status status =
        status(Code.INVALID_ARGUMENT, problem.field() + ": " + problem.problem()).toBuilder()
            .addDetails(Any.pack(details))
            .build();
    return new HttpFailure(HttpResponseStatus.BAD_REQUEST, status);
  }

  /** Something that HTTP has a status of its own for. */
  static HttpFailure of(HttpResponseStatus http, Code code, String message) {
    return new HttpFailure(http, status(code, message));
  }

  /** A path that there is, but not for this HTTP method. */
  static HttpFailure otherMethod(String verb, String path, List<String> allowed) {
    return new HttpFailure(
        HttpResponseStatus.METHOD_NOT_ALLOWED,
        status(
            Code.UNIMPLEMENTED,
            ShownText.of(verb)
                + " "
                + ShownText.of(path)
                + ": expected "
                + String.join(" or ", allowed)),
        allowed);
  }

  private static Status status(Code code, String message) {
    return Status.newBuilder()
        .setCode(code.getNumber())
        .setMessage(ShownText.within(message, MESSAGE_BYTES_MAX))
        .build();
  }

  private static HttpResponseStatus httpStatus(Code code, Status status) {
    return switch (code) {
      case OK -> HttpResponseStatus.OK;
      case INVALID_ARGUMENT, FAILED_PRECONDITION, OUT_OF_RANGE -> HttpResponseStatus.BAD_REQUEST;
      case UNAUTHENTICATED -> HttpResponseStatus.UNAUTHORIZED;
      case PERMISSION_DENIED -> HttpResponseStatus.FORBIDDEN;
      case NOT_FOUND -> HttpResponseStatus.NOT_FOUND;
      case ALREADY_EXISTS, ABORTED -> HttpResponseStatus.CONFLICT;
      // What says when to come again is about how much was asked for, the rest about how large.
      case RESOURCE_EXHAUSTED ->
          status.getDetailsCount() > 0
              ? HttpResponseStatus.TOO_MANY_REQUESTS
              : HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE;
      case CANCELLED -> CLIENT_CLOSED;
      case UNIMPLEMENTED -> HttpResponseStatus.NOT_IMPLEMENTED;
      case UNAVAILABLE -> HttpResponseStatus.SERVICE_UNAVAILABLE;
      case DEADLINE_EXCEEDED -> HttpResponseStatus.GATEWAY_TIMEOUT;
      default -> HttpResponseStatus.INTERNAL_SERVER_ERROR;
    };
  }

  byte[] json() {
    return JsonWriter.status(status).getBytes(StandardCharsets.UTF_8);
  }

  /** The last line of an answer of several lines, which began as if all were well. */
  byte[] line() {
    return ("{\"error\":" + JsonWriter.status(status) + "}\n").getBytes(StandardCharsets.UTF_8);
  }

  /** Whole seconds after which it may be tried again; 0 if nothing is said of that. */
  long retryAfterSeconds() {
    for (Any detail : status.getDetailsList()) {
      if (detail.is(RetryInfo.class)) {
        try {
          RetryInfo retry = detail.unpack(RetryInfo.class);
          return retry.getRetryDelay().getSeconds()
              + (retry.getRetryDelay().getNanos() > 0 ? 1 : 0);
        } catch (InvalidProtocolBufferException e) {
          return 0; // It was packed by this server.
        }
      }
    }
    return 0;
  }
}
