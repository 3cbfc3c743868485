/**
 * The standalone process, composed: engine, gRPC front end, metrics endpoint. May use everything
 * below it; only the command line, tests and the measuring module use it.
 */
@NullMarked
package dev.dolmen.server;

import org.jspecify.annotations.NullMarked;
