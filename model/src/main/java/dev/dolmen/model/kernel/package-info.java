/**
 * Arithmetic on float arrays: the Vector API's and, as its oracle, plain Java's. Depends on nothing
 * else. Kernels have no state; scratch memory is the caller's.
 */
@NullMarked
package dev.dolmen.model.kernel;

import org.jspecify.annotations.NullMarked;
