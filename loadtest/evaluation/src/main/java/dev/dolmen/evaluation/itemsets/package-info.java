/**
 * The protocol about sets of items, which have no order: published splits, whose cold items nobody
 * has. Lists are compared with all that a user has. One thread.
 */
@NullMarked
package dev.dolmen.evaluation.itemsets;

import org.jspecify.annotations.NullMarked;
