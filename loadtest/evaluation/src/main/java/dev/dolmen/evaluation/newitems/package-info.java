/**
 * The protocol about new items: its plans are run with the same models as the others, and cut into
 * cold, warm and first clicks. One thread.
 */
@NullMarked
package dev.dolmen.evaluation.newitems;

import org.jspecify.annotations.NullMarked;
