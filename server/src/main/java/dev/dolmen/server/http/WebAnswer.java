package dev.dolmen.server.http;

import io.grpc.InternalStatus;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.internal.TransportFrameUtil;
import io.grpc.protobuf.StatusProto;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * gRPC's frames in a body of HTTP/1.1, and how the call ended in a last frame, as browsers are told
 * no trailers. Source: <a
 * href="https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-WEB.md">PROTOCOL-WEB</a>.
 */
final class WebAnswer implements AnswerStream {
  static final AnswerStream FRAMES = new WebAnswer();

  /** Without a suffix it means the same. */
  static final String TYPE = "application/grpc-web";

  static final String PROTO = TYPE + "+proto";

  /** In the place of the byte that says whether a message is compressed. */
  private static final byte TRAILERS = (byte) 0x80;

  private static final int FRAME_HEADER_BYTES = 5;

  private WebAnswer() {}

  @Override
  public String contentType() {
    return PROTO;
  }

  @Override
  public byte[] last(@Nullable HttpFailure failure) {
    byte[][] trailers = TransportFrameUtil.toHttp2Headers(trailers(failure));
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    for (int i = 0; i < trailers.length; i += 2) {
      text.writeBytes(trailers[i]);
      text.write(':');
      text.writeBytes(trailers[i + 1]);
      text.writeBytes("\r\n".getBytes(StandardCharsets.US_ASCII));
    }
    return ByteBuffer.allocate(FRAME_HEADER_BYTES + text.size())
        .put(TRAILERS)
        .putInt(text.size())
        .put(text.toByteArray())
        .array();
  }

  private static Metadata trailers(@Nullable HttpFailure failure) {
    Metadata trailers = new Metadata();
    Status status = Status.OK;
    if (failure != null) {
      StatusException ended = StatusProto.toStatusException(failure.status());
      status = ended.getStatus();
      if (ended.getTrailers() != null) {
        trailers.merge(ended.getTrailers());
      }
    }
    trailers.put(InternalStatus.CODE_KEY, status);
    if (status.getDescription() != null) {
      trailers.put(InternalStatus.MESSAGE_KEY, status.getDescription());
    }
    return trailers;
  }
}
