/** Losses and their gradients. May use {@code kernel}; owned by the training thread. */
@NullMarked
package dev.dolmen.model.loss;

import org.jspecify.annotations.NullMarked;
