package dev.dolmen.server.ranking;

import dev.dolmen.parameterstore.feature.Features;
import java.util.List;

/**
 * The features of what comes with a request for scores.
 *
 * @param session of its session
 * @param items of the items to be scored, as these
 */
public record ScoreFeatures(SessionFeatures session, List<Features> items) {}
