/**
 * The search for settings that suit a dataset: random settings by successive halving on the
 * validation part, trial by trial, each written to disk before the next begins. What a trial
 * measures is the evaluation's ({@link dev.dolmen.evaluation.comparison.ValidationTrials}); here is
 * what is tried, what is kept and what is written in the end. One thread.
 */
@NullMarked
package dev.dolmen.evaluation.tune;

import org.jspecify.annotations.NullMarked;
