package dev.dolmen.server.ranking;

import dev.dolmen.model.item.ScoreBonuses;
import dev.dolmen.trainer.session.SessionSteps;
import org.agrona.collections.IntHashSet;

/**
 * What {@link SessionQueries} found out about a request's session. Read only, and valid until the
 * next session of the same thread.
 *
 * @param used steps that count; with 0 nothing is known of the session
 * @param steps all that were found, those included that do not count
 * @param seen indexes of all items that the session names, by whatever event
 * @param dismissed those of them that the visitor does not want, whoever asks for seen ones
 * @param query its vector, [D]; zeros if nothing is known or the model was not asked: nothing
 *     speaks for any item
 * @param bonuses what its signals add to scores, as query 0; none if the model was not asked
 */
@SuppressWarnings("ArrayRecordComponent") // A carrier.
record EncodedSession(
    int used,
    SessionSteps steps,
    IntHashSet seen,
    IntHashSet dismissed,
    float[] query,
    ScoreBonuses bonuses) {}
