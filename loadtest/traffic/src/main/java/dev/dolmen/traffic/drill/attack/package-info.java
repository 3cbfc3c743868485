/**
 * What callers can do to a server that no well-behaved client does: each attack by itself, without
 * a word about how the server takes it.
 *
 * <p>May depend on nothing of this module but the simulated shop. Each attack runs on threads of
 * its own until it is closed, and only against the loopback address.
 */
@NullMarked
package dev.dolmen.traffic.drill.attack;

import org.jspecify.annotations.NullMarked;
