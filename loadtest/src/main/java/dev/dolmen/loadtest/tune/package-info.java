/**
 * The search for settings that suit a dataset: random settings by successive halving on the
 * validation part, trial by trial, each written to disk before the next begins. What a trial
 * measures is the evaluation's ({@link dev.dolmen.loadtest.eval.ValidationTrials}); here is what is
 * tried, what is kept and what is written in the end. One thread.
 */
@NullMarked
package dev.dolmen.loadtest.tune;

import org.jspecify.annotations.NullMarked;
