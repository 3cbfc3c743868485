/**
 * Baselines that are only compared and never serve, and options of baselines as tuned for a
 * dataset. Not thread-safe: one thread learns and scores.
 */
@NullMarked
package dev.dolmen.evaluation.baseline;

import org.jspecify.annotations.NullMarked;
