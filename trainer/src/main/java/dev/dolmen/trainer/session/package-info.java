/**
 * Sessions: the last events of every visit. Changed by the training thread in log order, read by
 * any thread without a lock.
 */
@NullMarked
package dev.dolmen.trainer.session;

import org.jspecify.annotations.NullMarked;
