/**
 * Batches: from feedback events in log order to the arrays that the model learns from, with rows
 * gathered from the embedding table. Everything here is a function of its input, the batch number
 * and the seed. Owned by the training thread, except {@link dev.dolmen.trainer.learn.ItemEncoding},
 * of which every thread has its own.
 */
@NullMarked
package dev.dolmen.trainer.learn;

import org.jspecify.annotations.NullMarked;
