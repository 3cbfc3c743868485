package dev.dolmen.server.api;

import static dev.dolmen.server.api.Fields.in;
import static dev.dolmen.server.api.Fields.invalid;
import static dev.dolmen.server.api.Fields.optionalText;
import static dev.dolmen.server.api.Fields.text;

import dev.dolmen.parameterstore.feature.FeatureExtractor;
import dev.dolmen.parameterstore.feature.Features;
import dev.dolmen.parameterstore.feature.InvalidFeatureException;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.server.budget.Caller;
import dev.dolmen.server.ranking.ScoreFeatures;
import dev.dolmen.server.ranking.SessionFeatures;
import dev.dolmen.v1.EventType;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.ScoreRequest;
import dev.dolmen.v1.SessionContext;
import dev.dolmen.v1.SessionEvent;
import dev.dolmen.v1.SimilarRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What requests may hold, in one place. Every method throws {@link InvalidRequestException} naming
 * field, value and expectation. Immutable; any thread.
 */
final class Validation {
  private static final int SESSION_EVENTS_MAX = 1_000;

  /** Items whose scores one request has explained. */
  private static final int EXPLAINED_MAX = 100;

  private static final int SESSION_ID_BYTES_MAX = 256;

  private final FeatureExtractor features;
  private final SizeValidation sizes;
  private final FilterValidation filters;
  private final EventTimes times;
  private final int maxK;
  private final List<String> rankers;

  /**
   * @param times when an event may have happened
   * @param maxK largest k
   * @param rankers that a request may name
   */
  Validation(
      FeatureExtractor features,
      SizeValidation sizes,
      Schema schema,
      EventTimes times,
      int maxK,
      List<String> rankers) {
    this.rankers = List.copyOf(rankers);
    this.features = features;
    this.sizes = sizes;
    this.filters = new FilterValidation(schema);
    this.times = times;
    this.maxK = maxK;
  }

  /**
   * Checks a request.
   *
   * @param caller asked again and again; what it throws ends the check
   * @return what had to be made to check it
   */
  SessionFeatures recommend(RecommendRequest request, Caller caller) {
    SessionFeatures made = session(request.hasSession(), request.getSession(), caller);
    optionalText("user_id", request.getUserId(), SESSION_ID_BYTES_MAX);
    k(request.getK());
    if (request.getExplain() && request.getK() > EXPLAINED_MAX) {
      throw invalid("k", request.getK() + " with explain, expected 1 to " + EXPLAINED_MAX);
    }
    ranker(request);
    filters.filters(request.getFiltersList());
    Fields.itemIds("candidate_item_ids", request.getCandidateItemIdsList(), 0);
    Fields.itemIds("exclude_item_ids", request.getExcludeItemIdsList(), 0);
    return made;
  }

  /** The same of a request for scores. */
  ScoreFeatures score(ScoreRequest request, Caller caller) {
    SessionFeatures session = session(request.hasSession(), request.getSession(), caller);
    int n = request.getItemIdsCount() + request.getItemsCount();
    if (n == 0 || n > Fields.LIST_MAX) {
      throw invalid("item_ids", n + " item_ids and items, expected 1 to " + Fields.LIST_MAX);
    }
    if (request.getExplain() && n > EXPLAINED_MAX) {
      throw invalid(
          "item_ids", n + " item_ids and items with explain, expected 1 to " + EXPLAINED_MAX);
    }
    Fields.itemIds("item_ids", request.getItemIdsList(), 0);
    sizes.inlineItems("items", request.getItemsList());
    return new ScoreFeatures(session, items("items", request.getItemsList(), caller));
  }

  /**
   * Checks a request.
   *
   * @return features of its item; null if it names one of the catalogue
   */
  @Nullable Features similar(SimilarRequest request) {
    Features made = null;
    switch (request.getQueryCase()) {
      case ITEM_ID -> text("item_id", request.getItemId(), Fields.ITEM_ID_BYTES_MAX);
      case ITEM -> {
        Item item = request.getItem();
        // By metadata alone: an id is not needed.
        Item named = item.getItemId().isEmpty() ? item.toBuilder().setItemId("-").build() : item;
        made = in("item", () -> inlineItem(named));
      }
      case QUERY_NOT_SET -> throw invalid("query", "not set, expected item_id or item");
    }
    k(request.getK());
    filters.filters(request.getFiltersList());
    return made;
  }

  /** An item for the catalogue; field paths are relative to it. */
  void item(Item item) {
    sizes.item(item);
    var _ = features(item);
  }

  private Features inlineItem(Item item) {
    sizes.inlineItem(item);
    return features(item);
  }

  private Features features(Item item) {
    text("item_id", item.getItemId(), Fields.ITEM_ID_BYTES_MAX);
    try {
      return features.item(item);
    } catch (InvalidFeatureException e) {
      throw InvalidRequestException.of(e);
    }
  }

  /**
   * An event to be learned from; field paths are relative to it.
   *
   * @param knows whether an item exists
   */
  void feedback(FeedbackEvent event, Predicate<String> knows) {
    text("event_id", event.getEventId(), Fields.EVENT_ID_BYTES_MAX);
    text("session_id", event.getSessionId(), SESSION_ID_BYTES_MAX);
    optionalText("user_id", event.getUserId(), SESSION_ID_BYTES_MAX);
    optionalText("request_id", event.getRequestId(), Fields.EVENT_ID_BYTES_MAX);
    text("item_id", event.getItemId(), Fields.ITEM_ID_BYTES_MAX);
    if (event.getType() == EventType.EVENT_TYPE_UNSPECIFIED) {
      throw invalid("type", "is not set, expected what the visitor did, e.g. EVENT_TYPE_CLICK");
    }
    type(event.getType(), event.getTypeValue());
    if (!event.hasTime()) {
      throw invalid("time", "is not set, expected when it happened");
    }
    times.check("time", event.getTime());
    var _ = context(event.getContextMap());
    if (!knows.test(event.getItemId())) {
      throw invalid(
          "item_id",
          Errors.describe(event.getItemId())
              + " is not in the catalogue, expected an item that was upserted before");
    }
  }

  private SessionFeatures session(boolean given, SessionContext session, Caller caller) {
    if (!given || (session.getSessionId().isEmpty() && session.getEventsCount() == 0)) {
      throw invalid("session", "is empty, expected a session_id, events, or both");
    }
    sizes.session(session);
    return in("session", () -> session(session, caller));
  }

  private SessionFeatures session(SessionContext session, Caller caller) {
    optionalText("session_id", session.getSessionId(), SESSION_ID_BYTES_MAX);
    int n = session.getEventsCount();
    if (n > SESSION_EVENTS_MAX) {
      throw invalid("events", n + " events, expected at most " + SESSION_EVENTS_MAX);
    }
    List<@Nullable Features> contexts = new ArrayList<>(n);
    for (int i = 0; i < n; i++) {
      caller.checkWaiting();
      SessionEvent event = session.getEvents(i);
      try {
        contexts.add(event(event));
      } catch (InvalidRequestException e) {
        throw e.in("events[" + i + ']');
      }
    }
    List<Features> items = items("items", session.getItemsList(), caller);
    return new SessionFeatures(items, contexts, context(session.getContextMap()));
  }

  private @Nullable Features event(SessionEvent event) {
    text("item_id", event.getItemId(), Fields.ITEM_ID_BYTES_MAX);
    type(event.getType(), event.getTypeValue());
    if (event.hasTime()) {
      times.check("time", event.getTime());
    }
    return context(event.getContextMap());
  }

  private List<Features> items(String field, List<Item> items, Caller caller) {
    if (items.size() > SESSION_EVENTS_MAX) {
      throw invalid(field, items.size() + " items, expected at most " + SESSION_EVENTS_MAX);
    }
    List<Features> made = new ArrayList<>(items.size());
    for (int i = 0; i < items.size(); i++) {
      caller.checkWaiting();
      Item item = items.get(i);
      made.add(in(field + '[' + i + ']', () -> inlineItem(item)));
    }
    return made;
  }

  private @Nullable Features context(Map<String, String> context) {
    sizes.context(context);
    try {
      return SessionFeatures.of(context, features);
    } catch (InvalidFeatureException e) {
      throw InvalidRequestException.of(e);
    }
  }

  private static void type(EventType type, int number) {
    if (type == EventType.UNRECOGNIZED) {
      throw invalid("type", number + ", expected a number of EventType, 0 to 6");
    }
  }

  private void ranker(RecommendRequest request) {
    String name = request.getRanker();
    if (name.isEmpty()) {
      return;
    }
    if (!rankers.contains(name)) {
      throw invalid(
          "ranker", Errors.describe(name) + ", expected one of " + String.join(", ", rankers));
    }
    if (!request.getNoImpression()) {
      throw invalid("ranker", Errors.describe(name) + " without no_impression, expected with it");
    }
  }

  private void k(int k) {
    if (k < 1 || k > maxK) {
      throw invalid("k", Integer.toUnsignedString(k) + ", expected 1 to " + maxK);
    }
  }
}
