package dev.dolmen.server.trace;

import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * Takes a call's trace along in its context, from its headers to the end of its stream, so that
 * what refuses a call before anybody answers it is seen as well.
 */
public final class TracedStream extends ServerStreamTracer {
  private final CallTrace trace;
  private final boolean ends;
  private long messages;

  private TracedStream(CallTrace trace, boolean ends) {
    this.trace = trace;
    this.ends = ends;
  }

  /** Traces the calls of a server that speaks gRPC. */
  public static Factory ofGrpc(CallTraces traces) {
    return new Factory() {
      @Override
      public ServerStreamTracer newServerStreamTracer(String fullMethodName, Metadata headers) {
        return new TracedStream(traces.ofGrpc(fullMethodName, of(headers)), true);
      }
    };
  }

  /**
   * Traces one call that came over HTTP.
   *
   * @param trace of the request, which somebody else ends
   */
  public static Factory ofHttp(CallTrace trace) {
    return new Factory() {
      @Override
      public ServerStreamTracer newServerStreamTracer(String fullMethodName, Metadata headers) {
        return new TracedStream(trace, false);
      }
    };
  }

  /** Values of one name are joined, as one header may come in several. */
  private static Function<String, @Nullable String> of(Metadata headers) {
    return name -> {
      Iterable<String> values =
          headers.getAll(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
      return values == null
          ? null
          : StreamSupport.stream(values.spliterator(), false).collect(Collectors.joining(","));
    };
  }

  @Override
  public Context filterContext(Context context) {
    return trace.equals(CallTrace.NONE) ? context : CallTraces.with(context, trace);
  }

  @Override
  public void inboundMessage(int number) {
    messages++;
  }

  @Override
  public void streamClosed(Status status) {
    trace.note(Figure.MESSAGES, messages);
    if (ends) {
      trace.end(status);
    }
  }
}
