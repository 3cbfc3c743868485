package dev.dolmen.server.ranking;

import dev.dolmen.parameterstore.feature.FeatureExtractor;
import dev.dolmen.parameterstore.feature.Features;
import dev.dolmen.v1.SessionContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The features of what comes with a session, made once: whoever checks a request has to make them
 * all, and who ranks by it needs them again.
 *
 * @param items as the session's
 * @param contexts of its events, as these; null for one without a context
 * @param context its own; null without
 */
public record SessionFeatures(
    List<Features> items, List<@Nullable Features> contexts, @Nullable Features context) {

  /** Of a session that nobody checks. */
  public static SessionFeatures of(SessionContext session, FeatureExtractor features) {
    List<@Nullable Features> contexts = new ArrayList<>(session.getEventsCount());
    session.getEventsList().forEach(event -> contexts.add(of(event.getContextMap(), features)));
    return new SessionFeatures(
        session.getItemsList().stream().map(features::item).toList(),
        contexts,
        of(session.getContextMap(), features));
  }

  /**
   * Of a context; null without values, as the sessions have it.
   *
   * @throws dev.dolmen.parameterstore.feature.InvalidFeatureException as the extractor does
   */
  public static @Nullable Features of(Map<String, String> context, FeatureExtractor features) {
    Features made = context.isEmpty() ? null : features.context(context);
    return made == null || made.fids().length == 0 ? null : made;
  }
}
