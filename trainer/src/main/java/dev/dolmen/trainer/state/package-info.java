/**
 * What all parts of the trainer's state are made with: copies that are written later, a hash of
 * what is written, checks against ranges. A leaf; nothing here owns a thread.
 */
@NullMarked
package dev.dolmen.trainer.state;

import org.jspecify.annotations.NullMarked;
