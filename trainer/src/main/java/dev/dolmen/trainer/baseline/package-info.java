/**
 * Recommenders that learn click by click, without a model but for GRU4Rec: what a learned model has
 * to beat, and what is left when there is none. Each depends on nothing but the clicks that it is
 * told of. Not thread-safe: one thread learns and scores, or the caller locks.
 *
 * <p>The same clicks and questions give the same bits: sums have a fixed order, powers and
 * logarithms come from {@link StrictMath}, nothing asks for the time, and random numbers come from
 * a seed. All memory is bounded by the options; what happens at each bound stands with the option.
 */
@NullMarked
package dev.dolmen.trainer.baseline;

import org.jspecify.annotations.NullMarked;
