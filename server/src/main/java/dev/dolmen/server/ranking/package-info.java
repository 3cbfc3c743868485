/**
 * Ranking: a session becomes tokens, the tokens a vector, the vector the best items. May use {@code
 * index}, the trainer's read side and the model. Scratch memory belongs to the ranking thread that
 * uses it; everything else is immutable.
 */
@NullMarked
package dev.dolmen.server.ranking;

import org.jspecify.annotations.NullMarked;
