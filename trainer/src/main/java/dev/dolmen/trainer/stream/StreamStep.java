package dev.dolmen.trainer.stream;

import dev.dolmen.parameterstore.feature.Features;
import dev.dolmen.trainer.session.SessionHistory;
import dev.dolmen.trainer.session.SessionPlace;
import org.jspecify.annotations.Nullable;

/**
 * An event that has extended its session.
 *
 * @param sessionId of the session
 * @param before the session's events before this one in event time, or null if there is none
 * @param order whether it came after others that happened after it
 * @param item catalogue index
 * @param type number of the event type
 * @param timeMs when it was, milliseconds since 1970
 * @param context of the visit, or null if it came with none
 */
public record StreamStep(
    String sessionId,
    @Nullable SessionHistory before,
    SessionPlace.Order order,
    int item,
    int type,
    long timeMs,
    @Nullable Features context) {}
