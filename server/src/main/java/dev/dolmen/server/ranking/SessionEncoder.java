package dev.dolmen.server.ranking;

import dev.dolmen.model.ServingModel;
import dev.dolmen.model.data.ModelOptions;
import dev.dolmen.model.data.SessionInput;
import dev.dolmen.parameterstore.feature.Features;
import dev.dolmen.trainer.alternatives.RankerReader;
import dev.dolmen.trainer.learn.LiveState;
import dev.dolmen.trainer.learn.Published;
import dev.dolmen.trainer.session.SessionHistory;
import dev.dolmen.trainer.session.TimeGaps;
import dev.dolmen.v1.EventType;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.SessionContext;
import dev.dolmen.v1.SessionEvent;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.agrona.collections.IntHashSet;
import org.jspecify.annotations.Nullable;

/**
 * Turns a request's session into a query vector: the stored events of its id, then those of the
 * request, the last ones that the model reads. Immutable; any thread, with scratch of its own.
 */
final class SessionEncoder {
  private final LiveState live;
  private final Predicate<String> mayCome;

  SessionEncoder(LiveState live, Predicate<String> mayCome) {
    this.live = live;
    this.mayCome = mayCome;
  }

  /**
   * Encodes a session into {@code scratch.query}, adds its items to {@code scratch.index.excluded}
   * and makes their bonuses {@code scratch.index.bonuses}.
   *
   * @param context a validated session
   * @param nowMs time of events that have none
   * @param published the model, and the event time by which items are so and so old
   * @return events that were read; with 0 there is no query
   * @throws UnknownItemException for an event whose item is neither in the catalogue nor inline
   */
  int encode(SessionContext context, long nowMs, Published published, RankingScratch scratch) {
    ServingModel model = published.model();
    ModelOptions options = model.options();
    SessionTokens tokens = scratch.tokens;
    collect(context, nowMs, published, scratch);
    encodeInlineItems(model, scratch);
    int used = fill(tokens, context, options, scratch);
    scratch.index.bonuses.clear();
    scratch.signals.of(scratch.usedItem, 0, used);
    model.copySignals(scratch.learnedSignals);
    scratch.signals.addTo(scratch.index.bonuses, scratch.learnedSignals);
    if (used > 0) {
      scratch.contexts.gather();
      model.encodeSession(scratch.session, scratch.query, scratch.workspace);
    }
    return used;
  }

  /**
   * Reads a session for a baseline: its events into {@code scratch.tokens}, its items into {@code
   * scratch.index.excluded}. As {@link #encode}, without the model.
   *
   * @return events of items in the catalogue, those that a baseline looks at
   */
  int read(SessionContext context, long nowMs, Published published, RankingScratch scratch) {
    collect(context, nowMs, published, scratch);
    int known = 0;
    for (int i = 0; i < scratch.tokens.size; i++) {
      int item = scratch.tokens.item[i];
      known += item >= 0 && live.catalog().item(item) != null ? 1 : 0;
    }
    return Math.min(known, RankerReader.REACH);
  }

  private void collect(
      SessionContext context, long nowMs, Published published, RankingScratch scratch) {
    SessionTokens tokens = scratch.tokens;
    tokens.clear();
    scratch.items.reset(published.eventTimeSec());
    scratch.contexts.reset(0);
    SessionHistory history =
        context.getSessionId().isEmpty() ? null : live.sessions().get(context.getSessionId());
    if (history != null) {
      addHistory(history, tokens, scratch.index.excluded);
    }
    addEvents(context, history, nowMs, tokens, scratch);
  }

  private static void addHistory(SessionHistory history, SessionTokens tokens, IntHashSet seen) {
    for (int i = 0; i < history.length(); i++) {
      tokens.add(history.item(i), history.type(i), history.timeMs(i), history.context(i));
      seen.add(history.item(i));
    }
  }

  private void addEvents(
      SessionContext context,
      @Nullable SessionHistory history,
      long nowMs,
      SessionTokens tokens,
      RankingScratch scratch) {
    List<SessionEvent> events = context.getEventsList();
    for (int i = 0; i < events.size(); i++) {
      SessionEvent event = events.get(i);
      int item = resolve(event.getItemId(), i, context.getItemsList(), scratch);
      if (item >= 0) {
        scratch.index.excluded.add(item);
      }
      if (item == NOT_YET
          || !extendsSession(event, item, tokens)
          || isStored(event, item, history)) {
        continue;
      }
      Map<String, String> visit = event.getContextMap();
      tokens.add(
          item,
          typeOf(event.getType()),
          event.hasTime() ? millis(event) : nowMs,
          visit.isEmpty() ? null : live.features().context(visit));
    }
  }

  /**
   * Whether an event is a step of the session, as training takes it: a dismissal is none, and to
   * dwell on an item only if it is not what the step before was about.
   */
  private static boolean extendsSession(SessionEvent event, int item, SessionTokens tokens) {
    return switch (event.getType()) {
      case EVENT_TYPE_DISMISS -> false;
      case EVENT_TYPE_DWELL -> tokens.size == 0 || tokens.item[tokens.size - 1] != item;
      default -> true;
    };
  }

  private static final int NOT_YET = Integer.MIN_VALUE;

  /** The catalogue's index, a negative number for an inline item, or {@link #NOT_YET}. */
  private int resolve(String itemId, int event, List<Item> inline, RankingScratch scratch) {
    int index = live.catalog().indexOf(itemId);
    if (index >= 0) {
      return index;
    }
    for (int i = 0; i < inline.size(); i++) {
      if (inline.get(i).getItemId().equals(itemId)) {
        return -1 - scratch.items.add(live.features().item(inline.get(i)));
      }
    }
    if (mayCome.test(itemId)) {
      return NOT_YET;
    }
    throw new UnknownItemException("session.events[" + event + "].item_id", itemId);
  }

  /** Callers that publish an event and send it along as well mean one event. */
  private static boolean isStored(SessionEvent event, int item, @Nullable SessionHistory history) {
    if (history == null || !event.hasTime()) {
      return false;
    }
    long timeMs = millis(event);
    for (int i = history.length() - 1; i >= 0; i--) {
      if (history.timeMs(i) == timeMs && history.item(i) == item) {
        return true;
      }
    }
    return false;
  }

  private static void encodeInlineItems(ServingModel model, RankingScratch scratch) {
    int n = scratch.items.block.records;
    if (n == 0) {
      return;
    }
    int floats = n * model.options().width();
    if (scratch.inlineVectors.length < floats) {
      scratch.inlineVectors = new float[floats];
    }
    scratch.items.gather();
    model.encodeItems(
        scratch.items.block, scratch.items.rows, scratch.inlineVectors, 0, scratch.workspace);
  }

  /** Copies the last tokens whose items have vectors into the model's input. */
  private int fill(
      SessionTokens tokens, SessionContext context, ModelOptions options, RankingScratch scratch) {
    int width = options.width();
    SessionInput input = scratch.session;
    int first = tokens.size;
    int used = 0;
    while (first > 0 && used < options.maxSessionLength()) {
      first--;
      int item = tokens.item[first];
      if (item < 0 || live.vectors().contains(item)) {
        used++;
      }
    }
    input.resize(used, width);
    int n = 0;
    long beforeMs = 0;
    for (int t = first; t < tokens.size && n < used; t++) {
      if (!copyVector(tokens.item[t], input.itemVectors, n * width, width, scratch)) {
        continue; // Deleted, possibly since it was counted.
      }
      scratch.usedItem[n] = tokens.item[t];
      input.type[n] = tokens.type[t];
      input.gap[n] = n == 0 ? 0 : TimeGaps.bucketOf(tokens.timeMs[t] - beforeMs);
      beforeMs = tokens.timeMs[t];
      Features visit = tokens.context[t];
      if (t == tokens.size - 1 && !context.getContextMap().isEmpty()) {
        visit = live.features().context(context.getContextMap());
      }
      input.context[n++] = visit == null ? -1 : scratch.contexts.add(visit);
    }
    input.resize(n, width);
    return n;
  }

  private boolean copyVector(int item, float[] out, int offset, int width, RankingScratch scratch) {
    if (item < 0) {
      System.arraycopy(scratch.inlineVectors, (-1 - item) * width, out, offset, width);
      return true;
    }
    return live.vectors().get(item, out, offset);
  }

  /** The model's number of an event type. */
  static int typeOf(EventType type) {
    return switch (type) {
      case EVENT_TYPE_UNSPECIFIED -> EventType.EVENT_TYPE_CLICK_VALUE;
      case EVENT_TYPE_DWELL -> EventType.EVENT_TYPE_VIEW_VALUE;
      default -> type.getNumber();
    };
  }

  private static long millis(SessionEvent event) {
    return event.getTime().getSeconds() * 1_000 + event.getTime().getNanos() / 1_000_000;
  }
}
