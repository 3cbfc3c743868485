/**
 * The table with collisions that most systems have instead of ours, and the values of a catalogue
 * that share its rows. For comparison only: nothing that serves depends on it. Threads as for the
 * table that it stands before.
 */
@NullMarked
package dev.dolmen.evaluation.hashed;

import org.jspecify.annotations.NullMarked;
