/**
 * The services over HTTP/1.1 with JSON, by the paths that their definitions name (google.api.http).
 * To gRPC's server it is one more transport: a request becomes a stream of its, and passes the same
 * gates, quotas, budgets and threads as a call over HTTP/2.
 *
 * <p>{@code LocalFront} is something else: it serves the console's files on an operator's machine,
 * and passes calls on to a server elsewhere ({@code RemoteApi}), and some, to compare, to a second
 * one.
 *
 * <p>May use Netty's HTTP codec and gRPC's interface for transports ({@code io.grpc.internal},
 * which can change with a version of gRPC). Each connection belongs to its event loop; what is
 * parsed or written out for more than some microseconds is done elsewhere.
 */
@NullMarked
package dev.dolmen.server.http;

import org.jspecify.annotations.NullMarked;
