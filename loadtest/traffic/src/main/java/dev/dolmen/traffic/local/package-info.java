/**
 * The server that measuring commands start in their own process, on a free port and a temporary
 * data directory, what can be learned of a server process on this machine, and a disk that can be
 * filled up.
 *
 * <p>May depend on {@code server}. Used from the command's main thread.
 */
@NullMarked
package dev.dolmen.traffic.local;

import org.jspecify.annotations.NullMarked;
