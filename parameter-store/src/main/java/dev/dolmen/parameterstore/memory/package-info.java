/**
 * Off-heap memory by address. Whoever maps the memory answers for the addresses; depends on
 * nothing.
 */
@NullMarked
package dev.dolmen.parameterstore.memory;

import org.jspecify.annotations.NullMarked;
