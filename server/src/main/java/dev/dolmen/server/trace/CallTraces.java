package dev.dolmen.server.trace;

import io.grpc.Context;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Begins the traces of calls. Any thread. */
public abstract class CallTraces {
  /** Traces nothing, and costs a call nothing. */
  public static final CallTraces OFF = new Off();

  private static final Context.Key<CallTrace> CURRENT =
      Context.keyWithDefault("dolmen-call-trace", CallTrace.NONE);

  /** For those that trace. */
  protected CallTraces() {}

  /** Whether any call may be traced. */
  public boolean isOn() {
    return true;
  }

  /**
   * A call over gRPC has come.
   *
   * @param method its full name, as the caller gave it
   * @param headers of the caller, by their names in lower case
   */
  public abstract CallTrace ofGrpc(String method, Function<String, @Nullable String> headers);

  /**
   * A request over HTTP has come.
   *
   * @param verb as the caller gave it
   * @param headers as above
   * @param secured whether it came over TLS
   */
  public abstract CallTrace ofHttp(
      String verb, Function<String, @Nullable String> headers, boolean secured);

  /** That of the call in whose context this thread runs. */
  public CallTrace current() {
    return CURRENT.get();
  }

  /** The context of a call, for what is done in it. */
  static Context with(Context context, CallTrace trace) {
    return context.withValue(CURRENT, trace);
  }

  private static final class Off extends CallTraces {
    @Override
    public boolean isOn() {
      return false;
    }

    @Override
    public CallTrace ofGrpc(String method, Function<String, @Nullable String> headers) {
      return CallTrace.NONE;
    }

    @Override
    public CallTrace ofHttp(
        String verb, Function<String, @Nullable String> headers, boolean secured) {
      return CallTrace.NONE;
    }

    @Override
    public CallTrace current() {
      return CallTrace.NONE;
    }
  }
}
