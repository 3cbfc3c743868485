/**
 * Simple recommenders kept up next to the model, so that requests can be answered by them: as the
 * arm of an experiment, or where the model does not answer. Nothing of the model's state depends on
 * them. {@link dev.dolmen.trainer.alternatives.Alternatives} is what a learner is given of it.
 *
 * <p>The training thread teaches, any thread asks; a read-write lock, held for some dozens of
 * clicks or one question, keeps them apart. May depend on {@code baseline}, {@code impressions},
 * {@code log}, {@code session}, {@code stream}, {@code validation} and {@code state}, not on {@code
 * learn}.
 */
@NullMarked
package dev.dolmen.trainer.alternatives;

import org.jspecify.annotations.NullMarked;
