/**
 * Snapshots of everything learned: when one is due, what is frozen at the barrier between two
 * batches, how it is written beside the training thread and read back. May depend on {@code learn}
 * and what that depends on, and on {@code log} for the places that a snapshot names.
 */
@NullMarked
package dev.dolmen.trainer.snapshot;

import org.jspecify.annotations.NullMarked;
