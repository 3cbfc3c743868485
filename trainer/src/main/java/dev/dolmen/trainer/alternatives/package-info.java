/**
 * Simple recommenders kept up beside the model, so that requests can be answered by them: as the
 * arm of an experiment, or where the model does not answer. Nothing of the model's state depends on
 * them.
 *
 * <p>The training thread teaches, any thread asks; a read-write lock, held for some dozens of
 * clicks or one question, keeps them apart. May depend on {@code baseline}, {@code session} and
 * {@code validation}.
 */
@NullMarked
package dev.dolmen.trainer.alternatives;

import org.jspecify.annotations.NullMarked;
