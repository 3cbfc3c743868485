/**
 * {@code dolmen bench index}: searches of all items, by themselves and several that share a pass.
 * One thread; depends on the server's index and the model's item vectors.
 */
@NullMarked
package dev.dolmen.bench.index;

import org.jspecify.annotations.NullMarked;
