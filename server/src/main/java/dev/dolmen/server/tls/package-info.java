/**
 * TLS from files: reads certificates, keys and authorities, says what is wrong with them before
 * anybody connects, and takes new ones while the server runs. May use the configuration, gRPC and
 * Netty; one thread of its own looks after the files.
 */
@NullMarked
package dev.dolmen.server.tls;

import org.jspecify.annotations.NullMarked;
