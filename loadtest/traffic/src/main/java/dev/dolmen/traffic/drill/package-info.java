/**
 * {@code dolmen drill}: does to a real server what machines and networks do, and counts what was
 * lost.
 */
@NullMarked
package dev.dolmen.traffic.drill;

import org.jspecify.annotations.NullMarked;
