/**
 * A model taken through a plan: clicks and predictions in the plan's order, ranks and lists that
 * come back, and what the run took in time and memory. One thread.
 */
@NullMarked
package dev.dolmen.evaluation.run;

import org.jspecify.annotations.NullMarked;
