/** Optimisers of the dense parameters; owned by the training thread. */
@NullMarked
package dev.dolmen.model.optimizer;

import org.jspecify.annotations.NullMarked;
