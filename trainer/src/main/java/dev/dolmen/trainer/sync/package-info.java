/**
 * Several servers, one trainer: what the trainer that leads tells the others through the parameter
 * topic. {@link dev.dolmen.trainer.sync.Lead} is the right to do so, which one process has at a
 * time; {@link dev.dolmen.trainer.sync.SyncSender} sends the effects of batches, {@link
 * dev.dolmen.trainer.sync.SyncReader} reads them as whole syncs.
 *
 * <p>May depend on {@code learn}, {@code stream}, {@code log}, {@code state} and what these may.
 */
@NullMarked
package dev.dolmen.trainer.sync;

import org.jspecify.annotations.NullMarked;
