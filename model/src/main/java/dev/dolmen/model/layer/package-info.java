/**
 * Layers, each a forward and a backward side by side. Parameters and their gradients live in one
 * flat array each, where {@link dev.dolmen.model.layer.ParameterLayout} says; layers keep offsets
 * and no state, so one instance serves any thread. Gradients accumulate, the caller zeroes. May use
 * {@code kernel}.
 */
@NullMarked
package dev.dolmen.model.layer;

import org.jspecify.annotations.NullMarked;
