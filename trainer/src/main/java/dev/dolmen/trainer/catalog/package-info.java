/**
 * The catalogue: items by id and by a small index that the item vectors share. Changed by the
 * training thread in log order; any thread reads it as {@link
 * dev.dolmen.trainer.catalog.CatalogReader}. May depend on {@code state} alone, of the trainer.
 */
@NullMarked
package dev.dolmen.trainer.catalog;

import org.jspecify.annotations.NullMarked;
