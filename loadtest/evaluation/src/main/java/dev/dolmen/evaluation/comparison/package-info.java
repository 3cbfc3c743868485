/**
 * All models on one protocol: from their answers to figures by section, with intervals, paired
 * differences, slices and curves; and the same for settings of the product, for a search. Numbers
 * only: how they look is the affair of {@code report}. One thread, but for resampling.
 */
@NullMarked
package dev.dolmen.evaluation.comparison;

import org.jspecify.annotations.NullMarked;
