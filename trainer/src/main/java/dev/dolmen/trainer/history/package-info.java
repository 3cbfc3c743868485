/**
 * What people look up: what visits were shown, and how often items were shown and clicked, when,
 * where in answers and by what ranked, as it stands in the log. Nothing is learned from it, it is
 * no part of a snapshot, and its memory is bounded. Told of each record by the thread that applies
 * the log, read by any. May use {@code session}.
 */
@NullMarked
package dev.dolmen.trainer.history;

import org.jspecify.annotations.NullMarked;
