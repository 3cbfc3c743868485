/**
 * Bits that look random and are functions of what they are for. A leaf: it knows numbers, has no
 * state and may be used by any thread.
 */
@NullMarked
package dev.dolmen.parameterstore.random;

import org.jspecify.annotations.NullMarked;
