/**
 * What all parts of the trainer's state have in common: {@link
 * dev.dolmen.trainer.state.StreamPart}, told of clicks and deletions, copied and read back; the
 * sections of a snapshot that parts stand in; a hash of what is written, checks against ranges. A
 * leaf; nothing here owns a thread but a step of a start that says how far it is.
 */
@NullMarked
package dev.dolmen.trainer.state;

import org.jspecify.annotations.NullMarked;
