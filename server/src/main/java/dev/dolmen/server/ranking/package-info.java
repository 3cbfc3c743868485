/**
 * Ranking: a session becomes steps, its last steps tokens, the tokens a vector ({@link
 * dev.dolmen.server.ranking.SessionQueries}), and the vector the best items ({@link
 * dev.dolmen.server.ranking.Recommender}) or scores ({@link dev.dolmen.server.ranking.Scorer}).
 * Where somebody asks why, {@link dev.dolmen.server.ranking.ModelReasons} or {@link
 * dev.dolmen.server.ranking.BaselineReasons} take the scores apart. May use {@code index}, the
 * trainer's read side and the model. Scratch memory belongs to the ranking thread that uses it;
 * everything else is immutable.
 */
@NullMarked
package dev.dolmen.server.ranking;

import org.jspecify.annotations.NullMarked;
