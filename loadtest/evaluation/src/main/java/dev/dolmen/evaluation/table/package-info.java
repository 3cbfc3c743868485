/**
 * What tables that stand before another one have in common. May depend on {@code parameter-store}.
 * Threads as for the table that one stands before.
 */
@NullMarked
package dev.dolmen.evaluation.table;

import org.jspecify.annotations.NullMarked;
