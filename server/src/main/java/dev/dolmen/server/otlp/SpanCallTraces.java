package dev.dolmen.server.otlp;

import dev.dolmen.server.trace.CallTrace;
import dev.dolmen.server.trace.CallTraces;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Makes spans of calls. The caller's trace goes on, if W3C's headers name one that is valid;
 * otherwise one begins. Names are those of methods that there are: a caller cannot invent any.
 */
final class SpanCallTraces extends CallTraces {
  private static final String OTHER = "_OTHER";
  private static final Set<String> VERBS =
      Set.of("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH");

  private static final TextMapGetter<Function<String, @Nullable String>> GETTER =
      (headers, name) -> headers == null ? null : headers.apply(name);

  private final Tracer tracer;
  private final Set<String> methods;
  private final boolean sessionIds;

  /**
   * @param methods full names of those that there are
   * @param sessionIds whether spans name the visit
   */
  SpanCallTraces(Tracer tracer, Set<String> methods, boolean sessionIds) {
    this.tracer = tracer;
    this.methods = methods;
    this.sessionIds = sessionIds;
  }

  @Override
  public CallTrace ofGrpc(String method, Function<String, @Nullable String> headers) {
    boolean known = methods.contains(method);
    return begin(
        builder(known ? method : "grpc", headers)
            .setAttribute("rpc.system.name", "grpc")
            .setAttribute("rpc.method", known ? method : OTHER),
        "");
  }

  @Override
  public CallTrace ofHttp(
      String verb, Function<String, @Nullable String> headers, boolean secured) {
    boolean known = VERBS.contains(verb);
    String name = known ? verb : "HTTP";
    return begin(
        builder(name, headers)
            .setAttribute("http.request.method", known ? verb : OTHER)
            .setAttribute("url.scheme", secured ? "https" : "http"),
        name);
  }

  private SpanBuilder builder(String name, Function<String, @Nullable String> headers) {
    Context caller =
        W3CTraceContextPropagator.getInstance().extract(Context.root(), headers, GETTER);
    return tracer.spanBuilder(name).setParent(caller).setSpanKind(SpanKind.SERVER);
  }

  private CallTrace begin(SpanBuilder builder, String verb) {
    Span span = builder.startSpan();
    return span.isRecording() ? new SpanCallTrace(tracer, span, verb, sessionIds) : CallTrace.NONE;
  }
}
