/**
 * The catalogue: items by id and by a small index that the item vectors share. Changed by the
 * training thread in log order, read by any thread.
 */
@NullMarked
package dev.dolmen.trainer.catalog;

import org.jspecify.annotations.NullMarked;
