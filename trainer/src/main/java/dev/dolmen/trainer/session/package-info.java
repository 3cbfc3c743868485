/**
 * Sessions: which events are steps of a visit, the last steps of every visit, the items that it has
 * seen, and how steps become tokens that the model reads. Changed by the training thread in log
 * order, read by any thread without a lock.
 */
@NullMarked
package dev.dolmen.trainer.session;

import org.jspecify.annotations.NullMarked;
