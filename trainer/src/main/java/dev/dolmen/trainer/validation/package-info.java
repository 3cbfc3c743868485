/**
 * Progressive validation: how well the next item is predicted before it is learned, beside a
 * popularity baseline, and how fast events become visible. Owned by the training thread; figures
 * may be read by any thread.
 */
@NullMarked
package dev.dolmen.trainer.validation;

import org.jspecify.annotations.NullMarked;
