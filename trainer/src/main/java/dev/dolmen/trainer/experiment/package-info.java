/**
 * Which ranker answers whom in an experiment, and what came of it. May depend on {@code ranker} and
 * {@code joiner}; options are immutable, counts are the training thread's but for what says
 * otherwise.
 */
@NullMarked
package dev.dolmen.trainer.experiment;

import org.jspecify.annotations.NullMarked;
