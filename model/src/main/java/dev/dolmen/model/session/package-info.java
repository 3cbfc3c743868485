/**
 * The session encoder: a causal transformer over packed sessions of unequal length. May use {@code
 * kernel}, {@code layer} and the root package's data. Layers are immutable; activations belong to
 * the thread that runs them.
 */
@NullMarked
package dev.dolmen.model.session;

import org.jspecify.annotations.NullMarked;
