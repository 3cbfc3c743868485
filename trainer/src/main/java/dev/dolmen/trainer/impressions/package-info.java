/**
 * Joins feedback events with the impression that showed the item. May depend on {@code catalog},
 * {@code session}, {@code log} and {@code state}. Owned by the training thread; its figures may be
 * read by any thread.
 */
@NullMarked
package dev.dolmen.trainer.impressions;

import org.jspecify.annotations.NullMarked;
