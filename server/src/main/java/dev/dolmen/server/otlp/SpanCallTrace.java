package dev.dolmen.server.otlp;

import dev.dolmen.server.trace.CallTrace;
import dev.dolmen.server.trace.Figure;
import dev.dolmen.server.trace.Stage;
import io.grpc.Status;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;

/**
 * A call that is traced: the server's span, and one for each stage, of which a call has a bounded
 * number. Names and attributes are those of OpenTelemetry's semantic conventions, where they have
 * some.
 */
final class SpanCallTrace implements CallTrace {
  /** A stream may have any number of stages. */
  private static final int MAX_STAGES = 64;

  private static final String ERROR_TYPE = "error.type";

  private final Tracer tracer;
  private final Span span;
  private final String verb;
  private final boolean sessionIds;
  private Part entered = Part.NONE;
  private int stages;
  private boolean ended;

  /**
   * @param verb of HTTP; empty for gRPC
   * @param sessionIds whether sessions are noted
   */
  SpanCallTrace(Tracer tracer, Span span, String verb, boolean sessionIds) {
    this.tracer = tracer;
    this.span = span;
    this.verb = verb;
    this.sessionIds = sessionIds;
  }

  @Override
  public synchronized void enter(Stage stage) {
    entered.end();
    entered = begin(stage);
  }

  @Override
  public synchronized void leave() {
    entered.end();
    entered = Part.NONE;
  }

  @Override
  public synchronized Part begin(Stage stage) {
    if (ended) {
      return Part.NONE;
    }
    if (stages++ >= MAX_STAGES) {
      return Part.NONE;
    }
    Span part =
        tracer.spanBuilder(stage.spanName()).setParent(Context.root().with(span)).startSpan();
    return part::end; // A span that has ended takes no notice of another end.
  }

  @Override
  public void note(Figure figure, long value) {
    span.setAttribute(figure.attribute(), value);
  }

  @Override
  public void session(String id) {
    if (sessionIds && !id.isEmpty()) {
      span.setAttribute("session.id", id);
    }
  }

  @Override
  public void route(String template) {
    span.setAttribute("http.route", template);
    span.updateName(verb + " " + template);
  }

  @Override
  public void end(Status status) {
    String code = status.getCode().name();
    span.setAttribute("rpc.response.status_code", code);
    if (isFault(status.getCode())) {
      fail(code);
    }
    end();
  }

  /** Of the server, as OpenTelemetry has it: the rest is what callers do. */
  private static boolean isFault(Status.Code code) {
    return switch (code) {
      case UNKNOWN, DEADLINE_EXCEEDED, UNIMPLEMENTED, INTERNAL, UNAVAILABLE, DATA_LOSS -> true;
      default -> false;
    };
  }

  @Override
  public void endHttp(int status) {
    if (status == 0) {
      fail("connection_closed");
    } else {
      span.setAttribute("http.response.status_code", (long) status);
      if (status >= 500) {
        fail(Integer.toString(status));
      }
    }
    end();
  }

  private void fail(String type) {
    span.setAttribute(ERROR_TYPE, type);
    span.setStatus(StatusCode.ERROR);
  }

  private synchronized void end() {
    if (ended) {
      return;
    }
    ended = true;
    entered.end();
    if (stages > MAX_STAGES) {
      span.setAttribute("dolmen.stages.left_out", (long) stages - MAX_STAGES);
    }
    span.end();
  }
}
