/**
 * {@code dolmen drill callers}: what becomes of a good client while other callers attack the same
 * server.
 *
 * <p>May depend on {@code drill.attack}, {@code generator}, {@code local}, {@code report} and the
 * simulated shop. Used from the command's main thread; the good client has threads of its own.
 */
@NullMarked
package dev.dolmen.traffic.drill.callers;

import org.jspecify.annotations.NullMarked;
