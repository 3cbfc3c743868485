/**
 * Snapshots of everything learned: when one is due, what is frozen at the barrier between two
 * batches, how it is written next to the training thread and read back. {@link
 * dev.dolmen.trainer.snapshot.SnapshotCodec} walks the sections that a learner names; {@link
 * dev.dolmen.trainer.snapshot.SnapshotFile} looks at a snapshot without a learner.
 *
 * <p>May depend on {@code learn} and what that depends on, and on {@code log} for the places that a
 * snapshot names. The schedule is the training thread's; two threads of its own write and merge.
 */
@NullMarked
package dev.dolmen.trainer.snapshot;

import org.jspecify.annotations.NullMarked;
