/**
 * Joins feedback events with the impression that showed the item. Owned by the training thread; its
 * figures may be read by any thread.
 */
@NullMarked
package dev.dolmen.trainer.impressions;

import org.jspecify.annotations.NullMarked;
