package dev.dolmen.server.ranking;

import dev.dolmen.model.ServingModel;
import dev.dolmen.model.Workspace;
import dev.dolmen.model.data.ModelOptions;
import dev.dolmen.model.item.ScoreBonuses;
import dev.dolmen.model.layer.SignalNetwork;
import dev.dolmen.parameterstore.feature.Features;
import dev.dolmen.server.budget.Caller;
import dev.dolmen.trainer.alternatives.RankerReader;
import dev.dolmen.trainer.catalog.CatalogItem;
import dev.dolmen.trainer.learn.ItemEncoding;
import dev.dolmen.trainer.learn.LiveState;
import dev.dolmen.trainer.learn.Published;
import dev.dolmen.trainer.session.SeenItems;
import dev.dolmen.trainer.session.SessionHistory;
import dev.dolmen.trainer.session.SessionStep;
import dev.dolmen.trainer.session.TokenWindow;
import dev.dolmen.trainer.signals.SessionSignals;
import dev.dolmen.v1.EventType;
import dev.dolmen.v1.SessionContext;
import dev.dolmen.v1.SessionEvent;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.agrona.collections.IntHashSet;
import org.jspecify.annotations.Nullable;

/**
 * Turns requests' sessions into queries: the stored steps of a session's id, then those of the
 * request, the last ones that the model reads. One thread has one.
 */
final class SessionQueries {
  /** Of an event whose item is left out: unknown, or about to come into the catalogue. */
  private static final int LEFT_OUT = Integer.MIN_VALUE;

  /** How old a stored event can be that one without a time, "just now", stands for. */
  private static final long JUST_NOW_MS = 10 * 60 * 1_000;

  private static final float[] NO_VECTORS = {};

  private final LiveState live;
  private final Predicate<String> mayCome;
  private final ItemEncoding items;
  private final TokenWindow window;
  private final int tokensMax;
  private final RequestSteps steps = new RequestSteps();
  private final UnknownItems unknown = new UnknownItems();
  private final IntHashSet seen = new IntHashSet();
  private final IntHashSet dismissed = new IntHashSet();

  /** Stored events that events without a time stood for. */
  private final IntHashSet matched = new IntHashSet();

  /**
   * Numbers of the inline items that events have named, by their ids: each is encoded once, however
   * many events name it.
   */
  private final Map<String, Integer> numbers = new HashMap<>();

  private final QueryTokens tokens;
  private final SessionSignals signals;
  private final float[] learnedSignals = new float[SignalNetwork.PARAMETERS];
  private final ScoreBonuses bonuses = new ScoreBonuses();
  private final float[] query;
  private @Nullable Features lastContext;
  private final Workspace workspace = new Workspace();

  /**
   * @param mayCome whether an item that the catalogue does not have may be about to come into it
   * @param items encodes items that come with a request; between two calls others may use it
   */
  SessionQueries(LiveState live, Predicate<String> mayCome, ItemEncoding items) {
    this.live = live;
    this.mayCome = mayCome;
    this.items = items;
    ModelOptions options = live.published().model().options();
    tokensMax = options.maxSessionLength();
    window = new TokenWindow(tokensMax);
    tokens = new QueryTokens(live, options, 1);
    signals = new SessionSignals(live.coVisits(), live.content());
    query = new float[options.width()];
  }

  /** Takes the request's unknown items; each request is begun there. */
  UnknownItems unknown() {
    return unknown;
  }

  /**
   * Encodes a session.
   *
   * @param context a validated session
   * @param features of what comes with it
   * @param nowMs time of events that have none
   * @param published the model, and the event time by which items are so and so old
   * @param caller asked before each event, before inline items are encoded and before the session
   * @throws UnknownItemException for an event whose item is neither in the catalogue nor inline, if
   *     the request is strict
   */
  EncodedSession encode(
      SessionContext context,
      SessionFeatures features,
      long nowMs,
      Published published,
      Caller caller) {
    ServingModel model = published.model();
    collect(context, features, nowMs, published, caller);
    lastContext = features.context();
    if (lastContext != null) {
      steps.lastContext(lastContext);
    }
    float[] inlineVectors = NO_VECTORS;
    if (items.size() > 0) {
      inlineVectors = items.encode(model);
      caller.checkWaiting();
    }
    tokens.clear(Math.min(steps.length(), tokensMax), inlineVectors);
    int used = window.read(steps, tokens);
    bonuses.clear();
    signals.of(tokens.items, 0, used);
    model.copySignals(learnedSignals);
    signals.addTo(bonuses, learnedSignals);
    if (used > 0) {
      tokens.endSession();
      tokens.end();
      model.encodeSession(tokens.input, query, workspace);
    } else {
      Arrays.fill(query, 0);
    }
    return new EncodedSession(used, steps, seen, dismissed, query, bonuses);
  }

  /** The tokens of the session that was encoded last. */
  QueryTokens tokens() {
    return tokens;
  }

  /** Its signals. */
  SessionSignals signals() {
    return signals;
  }

  /** What the model has learned of signals, as it was for that session. */
  float[] learnedSignals() {
    return learnedSignals;
  }

  /** The request's context, which its last step has; null without one. */
  @Nullable Features context() {
    return lastContext;
  }

  /**
   * Id of a step's item; empty if it has left the catalogue meanwhile.
   *
   * @param item as steps have it
   */
  String itemId(int item) {
    if (item >= 0) {
      CatalogItem known = live.catalog().item(item);
      return known == null ? "" : known.id();
    }
    for (Map.Entry<String, Integer> inline : numbers.entrySet()) {
      if (inline.getValue() == -1 - item) {
        return inline.getKey();
      }
    }
    throw new IllegalArgumentException("item " + item + ", expected one of the session");
  }

  /**
   * Reads a session for a baseline, without the model: the steps that count are those of items in
   * the catalogue, as far back as a baseline looks.
   *
   * @throws UnknownItemException as {@link #encode} does
   */
  EncodedSession read(
      SessionContext context,
      SessionFeatures features,
      long nowMs,
      Published published,
      Caller caller) {
    collect(context, features, nowMs, published, caller);
    int known = 0;
    for (int i = 0; i < steps.length(); i++) {
      int item = steps.item(i);
      known += item >= 0 && live.catalog().item(item) != null ? 1 : 0;
    }
    bonuses.clear();
    Arrays.fill(query, 0);
    return new EncodedSession(
        Math.min(known, RankerReader.REACH), steps, seen, dismissed, query, bonuses);
  }

  /** Collects the session's steps, the items that it has seen and those that came with it. */
  private void collect(
      SessionContext context,
      SessionFeatures features,
      long nowMs,
      Published published,
      Caller caller) {
    steps.clear();
    seen.clear();
    dismissed.clear();
    matched.clear();
    items.clear(published.eventTimeSec());
    numbers.clear();
    SessionHistory history =
        context.getSessionId().isEmpty() ? null : live.sessions().get(context.getSessionId());
    if (history != null) {
      addHistory(history);
    }
    addSeen(live.sessions().seen(context.getSessionId()));
    addEvents(context, features, history, nowMs, caller);
    caller.checkWaiting();
  }

  private void addHistory(SessionHistory history) {
    for (int i = 0; i < history.length(); i++) {
      steps.add(history.item(i), history.type(i), history.timeMs(i), history.context(i));
      seen.add(history.item(i));
    }
  }

  /** Beyond the history, which may be of a moment before. */
  private void addSeen(SeenItems items) {
    for (int i = 0; i < items.size(); i++) {
      seen.add(items.item(i));
      if (items.isDismissed(i)) {
        dismissed.add(items.item(i));
      }
    }
  }

  private void addEvents(
      SessionContext context,
      SessionFeatures features,
      @Nullable SessionHistory history,
      long nowMs,
      Caller caller) {
    List<SessionEvent> events = context.getEventsList();
    Map<String, Features> inline = inlineItems(context, features);
    for (int i = 0; i < events.size(); i++) {
      caller.checkWaiting();
      SessionEvent event = events.get(i);
      int item = resolve(event.getItemId(), i, inline);
      if (item >= 0) {
        seen.add(item);
        if (event.getType() == EventType.EVENT_TYPE_DISMISS) {
          dismissed.add(item);
        }
      }
      if (item == LEFT_OUT
          || !SessionStep.isStep(event.getType())
          || isStored(event, item, history, nowMs)) {
        continue;
      }
      dismissed.remove(item);
      steps.add(
          item,
          SessionStep.typeOf(event.getType()),
          event.hasTime() ? SessionStep.timeMs(event.getTime()) : nowMs,
          features.contexts().get(i));
    }
  }

  /** By their ids, the first of each. */
  private static Map<String, Features> inlineItems(
      SessionContext context, SessionFeatures features) {
    Map<String, Features> inline = new HashMap<>();
    for (int i = 0; i < context.getItemsCount(); i++) {
      inline.putIfAbsent(context.getItems(i).getItemId(), features.items().get(i));
    }
    return inline;
  }

  /** The catalogue's index, a negative number for an inline item, or {@link #LEFT_OUT}. */
  private int resolve(String itemId, int event, Map<String, Features> inline) {
    int index = live.catalog().indexOf(itemId);
    if (index >= 0) {
      return index;
    }
    Features given = inline.get(itemId);
    if (given != null) {
      return -1 - numbers.computeIfAbsent(itemId, id -> items.add(given));
    }
    if (!mayCome.test(itemId)) {
      unknown.add("session.events[" + event + "].item_id", itemId);
    }
    return LEFT_OUT;
  }

  /**
   * Callers that publish an event and send it along as well mean one event. One without a time is
   * the stored one of its item and type that is not older than it can be, each of which stands for
   * one.
   */
  private boolean isStored(
      SessionEvent event, int item, @Nullable SessionHistory history, long nowMs) {
    if (history == null) {
      return false;
    }
    long timeMs = SessionStep.timeMs(event.getTime());
    int type = SessionStep.typeOf(event.getType());
    for (int i = history.length() - 1; i >= 0; i--) {
      if (history.item(i) != item) {
        continue;
      }
      if (event.hasTime() && history.timeMs(i) == timeMs) {
        return true;
      }
      boolean recent = nowMs - history.timeMs(i) <= JUST_NOW_MS;
      if (!event.hasTime() && recent && history.type(i) == type && matched.add(i)) {
        return true;
      }
    }
    return false;
  }
}
