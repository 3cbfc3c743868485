package dev.dolmen.server.http;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.dolmen.server.trace.CallTrace;
import dev.dolmen.server.trace.TracedStream;
import io.grpc.Attributes;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import io.grpc.internal.AbstractServerStream;
import io.grpc.internal.ReadableBuffers;
import io.grpc.internal.StatsTraceContext;
import io.grpc.internal.TransportTracer;
import io.grpc.internal.WritableBuffer;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A call over HTTP as gRPC's server sees it: what comes is framed as messages, and what goes out is
 * taken out of its frames and written as JSON, on the thread that answers; gRPC-Web has the frames
 * themselves. All else is of the event loop.
 */
final class HttpStream extends AbstractServerStream {
  private static final int FRAME_HEADER_BYTES = 5;
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<String> USER_AGENT =
      Metadata.Key.of("user-agent", Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<String> TIMEOUT =
      Metadata.Key.of("grpc-timeout", Metadata.ASCII_STRING_MARSHALLER);

  private final HttpExchange exchange;
  private final HttpTransport transport;
  private final HttpRoute route;
  private final Metadata headers;
  private final StatsTraceContext stats;
  private final String authority;
  private final State state;
  private final Out out;
  private final int windowBytes;

  /** Of messages that are delivered and not read yet. */
  private long unreadBytes;

  private boolean ended;
  private boolean refused;

  private HttpStream(
      HttpExchange exchange,
      HttpTransport transport,
      HttpSetup setup,
      HttpRoute route,
      Metadata headers,
      String authority,
      StatsTraceContext stats) {
    super(FrameBuffer::new, stats);
    this.exchange = exchange;
    this.transport = transport;
    this.route = route;
    this.headers = headers;
    this.authority = authority;
    this.stats = stats;
    out = route.isWeb() ? new FramesOut() : new JsonOut();
    windowBytes = setup.limits().windowBytes();
    state = new State(setup.limits().maxMessageBytes(), stats);
  }

  /**
   * One that gRPC's server does not know of yet.
   *
   * @param trace of the request
   */
  static HttpStream of(
      HttpExchange exchange,
      HttpTransport transport,
      HttpSetup setup,
      HttpRoute route,
      HttpHeaders sent,
      CallTrace trace) {
    Metadata headers = new Metadata();
    sent.getAll(HttpHeaderNames.AUTHORIZATION).forEach(value -> headers.put(AUTHORIZATION, value));
    String agent = sent.get(HttpHeaderNames.USER_AGENT);
    if (agent != null) {
      headers.put(USER_AGENT, agent);
    }
    String timeout = route.isWeb() ? sent.get(TIMEOUT.name()) : null;
    if (timeout != null) {
      headers.put(TIMEOUT, timeout);
    }
    String name = route.method().getFullMethodName();
    return new HttpStream(
        exchange,
        transport,
        setup,
        route,
        headers,
        sent.get(HttpHeaderNames.HOST, ""),
        StatsTraceContext.newServerContext(tracers(transport, trace), name, headers));
  }

  private static List<? extends ServerStreamTracer.Factory> tracers(
      HttpTransport transport, CallTrace trace) {
    if (trace.equals(CallTrace.NONE)) {
      return transport.tracers();
    }
    List<ServerStreamTracer.Factory> tracers = new ArrayList<>(transport.tracers());
    tracers.add(TracedStream.ofHttp(trace));
    return tracers;
  }

  /** Hands it to gRPC's server. */
  void begin() {
    transport.listener().streamCreated(this, route.method().getFullMethodName(), headers);
    state.onStreamAllocated();
  }

  HttpRoute route() {
    return route;
  }

  /** Bytes of a request have come, which is not a message yet. */
  void received(long bytes) {
    stats.inboundWireSize(bytes);
  }

  /** A request message. */
  void deliver(byte[] message) {
    if (refused) {
      return;
    }
    ByteBuffer frame = ByteBuffer.allocate(FRAME_HEADER_BYTES + message.length);
    deliverFrames(frame.put((byte) 0).putInt(message.length).put(message).array());
  }

  /** Request messages in their frames, or parts of them. */
  void deliverFrames(byte[] frames) {
    if (!refused) {
      unreadBytes += frames.length;
      state.inboundDataReceived(ReadableBuffers.wrap(frames), false);
    }
  }

  /** There are no more request messages. */
  void endRequests() {
    if (!refused && !ended) {
      ended = true;
      state.inboundDataReceived(ReadableBuffers.empty(), true);
    }
  }

  /** Whether more messages may come before those that came are read. */
  boolean hasRoom() {
    return unreadBytes < windowBytes;
  }

  boolean isRefused() {
    return refused;
  }

  /** Ends the call for what its request holds, with this answer. */
  void refuse(HttpFailure failure) {
    exchange.abort(failure);
  }

  /** Ends the call, which is answered without it. */
  void abort() {
    refused = true;
    state.transportReportStatus(Status.CANCELLED.withDescription("the request is not valid"));
  }

  /** The caller has gone. */
  void gone() {
    refused = true;
    state.transportReportStatus(Status.CANCELLED.withDescription("the connection has ended"));
  }

  void readMore() {
    exchange.readMore();
  }

  void onLoop(Runnable task) {
    transport.context().executor().execute(task);
  }

  @Override
  protected State transportState() {
    return state;
  }

  @Override
  protected Sink abstractServerStreamSink() {
    return out;
  }

  @Override
  public int streamId() {
    return -1;
  }

  @Override
  public Attributes getAttributes() {
    return transport.attributes();
  }

  @Override
  public String getAuthority() {
    return authority;
  }

  /** What the event loop knows of the call. */
  final class State extends TransportState {
    State(int maxMessageBytes, StatsTraceContext stats) {
      super(maxMessageBytes, stats, new TransportTracer());
    }

    /** Only those who ask for a message come this way. */
    @Override
    public void runOnTransportThread(Runnable request) {
      onLoop(() -> {
        request.run();
        exchange.wanted();
      });
    }

    @Override
    public void bytesRead(int bytes) {
      unreadBytes -= bytes;
    }

    /** A message is larger than it may be. */
    @Override
    public void deframeFailed(Throwable cause) {
      Status status = Status.fromThrowable(cause);
      exchange.abort(HttpFailure.of(status, new Metadata()));
    }
  }

  /** A growing frame: messages are small, and large ones come in several. */
  private static final class FrameBuffer implements WritableBuffer {
    private static final int MIN_BYTES = 256;
    private static final int MAX_BYTES = 1 << 20;
    private final byte[] bytes;
    private int size;

    FrameBuffer(int wantedBytes) {
      bytes = new byte[Math.clamp(wantedBytes, MIN_BYTES, MAX_BYTES)];
    }

    @Override
    public void write(byte[] source, int from, int length) {
      System.arraycopy(source, from, bytes, size, length);
      size += length;
    }

    @Override
    public void write(byte b) {
      bytes[size++] = b;
    }

    @Override
    public int writableBytes() {
      return bytes.length - size;
    }

    @Override
    public int readableBytes() {
      return size;
    }

    @Override
    public void release() {}
  }

  /** Takes what is answered, on the thread that answers. */
  private abstract class Out implements Sink {
    @Override
    public final void writeHeaders(Metadata metadata, boolean flush) {
      // HTTP's own are written with the answer.
    }

    @Override
    public final void writeFrame(@Nullable WritableBuffer frame, boolean flush, int messages) {
      if (frame != null) {
        FrameBuffer buffer = (FrameBuffer) frame;
        onSendingBytes(buffer.size);
        write(buffer);
      }
    }

    /** Takes a frame, or a part of one. */
    abstract void write(FrameBuffer buffer);

    @Override
    public final void writeTrailers(Metadata trailers, boolean headersSent, Status status) {
      if (status.isOk()) {
        end();
      } else {
        HttpFailure failure = HttpFailure.of(status, trailers);
        onLoop(() -> finish(failure));
      }
    }

    /** That was all, and nothing went wrong. */
    abstract void end();

    private void finish(HttpFailure failure) {
      refused = true;
      exchange.fail(failure);
      state.complete();
    }

    /** After this nothing can be said any more: whoever waits for the answer sees an end. */
    @Override
    public final void cancel(Status status) {
      onLoop(() -> {
        refused = true;
        state.transportReportStatus(status);
        exchange.fail(HttpFailure.of(status, new Metadata()));
      });
    }
  }

  /** Hands the frames on as they are. */
  private final class FramesOut extends Out {
    @Override
    void write(FrameBuffer buffer) {
      byte[] frames = Arrays.copyOf(buffer.bytes, buffer.size);
      onLoop(() -> exchange.part(frames, () -> state.onSentBytes(frames.length)));
    }

    @Override
    void end() {
      onLoop(() -> exchange.end(null, state::complete));
    }
  }

  /** Takes messages out of their frames and writes JSON. */
  private final class JsonOut extends Out {
    private final ByteArrayOutputStream framed = new ByteArrayOutputStream();
    private byte @Nullable [] answer;
    private int answerBytes;

    @Override
    void write(FrameBuffer buffer) {
      answerBytes += buffer.size;
      framed.write(buffer.bytes, 0, buffer.size);
      takeMessages();
    }

    /** Whole messages, out of their frames. */
    private void takeMessages() {
      ByteBuffer bytes = ByteBuffer.wrap(framed.toByteArray());
      while (bytes.remaining() >= FRAME_HEADER_BYTES
          && bytes.remaining() - FRAME_HEADER_BYTES >= bytes.getInt(bytes.position() + 1)) {
        bytes.get();
        byte[] message = new byte[bytes.getInt()];
        bytes.get(message);
        write(parsed(message));
      }
      framed.reset();
      framed.write(bytes.array(), bytes.position(), bytes.remaining());
    }

    private Message parsed(byte[] message) {
      try {
        return route.response().getParserForType().parseFrom(message);
      } catch (InvalidProtocolBufferException e) {
        throw new IllegalStateException(e); // It was a message a moment ago.
      }
    }

    private void write(Message message) {
      if (!route.streamsResponses()) {
        answer = JsonWriter.answer(message);
        return;
      }
      ByteArrayOutputStream lines = new ByteArrayOutputStream();
      for (Message element : elements(message)) {
        lines.writeBytes(JsonWriter.answer(element));
        lines.write('\n');
      }
      byte[] text = lines.toByteArray();
      int sent = answerBytes;
      answerBytes = 0;
      onLoop(() -> exchange.part(text, () -> state.onSentBytes(sent)));
    }

    @SuppressWarnings("unchecked") // The field of a route is a list of messages.
    private List<Message> elements(Message message) {
      FieldDescriptor field = message.getDescriptorForType().findFieldByName(route.responseBody());
      return (List<Message>) message.getField(field);
    }

    @Override
    void end() {
      byte[] json = answer;
      if (route.streamsResponses()) {
        onLoop(() -> exchange.end(null, state::complete));
      } else if (json == null) {
        throw new IllegalStateException("no answer and no failure");
      } else {
        HttpReply plain = HttpReply.json(json);
        HttpReply reply = exchange.takesGzip() ? plain.gzipped() : plain;
        onLoop(() -> exchange.reply(reply, state::complete));
      }
    }
  }
}
