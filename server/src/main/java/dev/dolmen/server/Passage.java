package dev.dolmen.server;

import dev.dolmen.server.access.SignIn;
import dev.dolmen.server.http.BrowserGuard;
import dev.dolmen.server.tls.ServerTls;
import dev.dolmen.server.trace.CallTraces;
import io.grpc.ServerInterceptor;
import java.util.List;

/**
 * What stands between callers and services, whatever way they come.
 *
 * @param tls of their connections
 * @param gates see every call before anything else does, in this order
 * @param browsers looks at what comes over HTTP before it becomes a call
 * @param signIn to the console, besides by a key
 * @param traces told of every call
 */
record Passage(
    ServerTls tls,
    List<ServerInterceptor> gates,
    BrowserGuard browsers,
    SignIn signIn,
    CallTraces traces) {}
