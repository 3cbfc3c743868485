/**
 * Offline evaluation: the product's model and the baselines on one split of a dataset, ranked by
 * the same rules. A protocol becomes a {@link dev.dolmen.evaluation.Plan}, which is all that a
 * model gets to see; metrics, intervals and reports are made of the ranks that come back. May
 * depend on every module; one thread, but for resampling.
 */
@NullMarked
package dev.dolmen.evaluation;

import org.jspecify.annotations.NullMarked;
