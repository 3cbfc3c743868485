/**
 * Learning: {@link dev.dolmen.trainer.learn.Learner} applies log records, forms batches of feedback
 * events in log order and learns them, with rows gathered from the embedding table. Everything here
 * is a function of its input, the batch number and the seed. {@link
 * dev.dolmen.trainer.learn.LiveState} is what others see of it.
 *
 * <p>May depend on all that a learner is made of ({@code stream} and its parts, {@code
 * impressions}, {@code validation}, {@code alternatives}, {@code state}), not on {@code snapshot}
 * or {@code ingest}. Owned by the training thread, except {@link
 * dev.dolmen.trainer.learn.ItemEncoding}, of which every thread has its own.
 */
@NullMarked
package dev.dolmen.trainer.learn;

import org.jspecify.annotations.NullMarked;
