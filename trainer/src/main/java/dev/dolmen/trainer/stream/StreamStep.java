package dev.dolmen.trainer.stream;

import dev.dolmen.parameterstore.feature.Features;
import dev.dolmen.trainer.session.SessionHistory;
import org.jspecify.annotations.Nullable;

/**
 * An event that has extended its session.
 *
 * @param sessionId of the session
 * @param before the session before this event, or null if the event begins it
 * @param item catalogue index
 * @param type number of the event type
 * @param timeMs when it was, milliseconds since 1970
 * @param context of the visit, or null if it came with none
 */
public record StreamStep(
    String sessionId,
    @Nullable SessionHistory before,
    int item,
    int type,
    long timeMs,
    @Nullable Features context) {}
