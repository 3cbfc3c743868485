/**
 * What answers are worth: the value of a rank, intervals by resampling, calibration of chances, and
 * how lists spread over the catalogue. Depends on protocols only for the metadata of items. Values
 * are fractions of 1; one thread, but for resampling.
 */
@NullMarked
package dev.dolmen.evaluation.metric;

import org.jspecify.annotations.NullMarked;
