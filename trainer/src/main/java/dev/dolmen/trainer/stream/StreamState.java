package dev.dolmen.trainer.stream;

import dev.dolmen.parameterstore.feature.FeatureExtractor;
import dev.dolmen.parameterstore.feature.Features;
import dev.dolmen.parameterstore.feature.InvalidFeatureException;
import dev.dolmen.trainer.catalog.Catalog;
import dev.dolmen.trainer.catalog.CatalogItem;
import dev.dolmen.trainer.session.ContextInterner;
import dev.dolmen.trainer.session.SessionHistory;
import dev.dolmen.trainer.session.SessionPlace;
import dev.dolmen.trainer.session.SessionStep;
import dev.dolmen.trainer.session.SessionStore;
import dev.dolmen.trainer.signals.ClickCounts;
import dev.dolmen.trainer.signals.CoVisits;
import dev.dolmen.trainer.signals.ContentIndex;
import dev.dolmen.trainer.signals.LoneClicks;
import dev.dolmen.trainer.signals.PriorCheck;
import dev.dolmen.trainer.signals.PriorShape;
import dev.dolmen.trainer.state.EventClock;
import dev.dolmen.trainer.state.StreamClick;
import dev.dolmen.trainer.state.StreamPart;
import dev.dolmen.v1.EventType;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.Item;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What follows cheaply from the log: catalogue, sessions, counts of clicks, items visited together
 * and past sessions. Items and sessions change with each record, in log order; what is counted
 * changes when the batch of an event has been learned, so that no event is predicted from itself.
 *
 * <p>Owned by the training thread. What other threads may read says so itself.
 */
public final class StreamState {
  /** Deleted items that are forgotten with one record at most: more than one record deletes. */
  private static final int FORGET_PER_RECORD = 16;

  private final long repeatWindowMs;
  private final int maxRepeats;
  private final FeatureExtractor features;
  private final ContextInterner contexts;
  private final Catalog catalog;
  private final SessionStore sessions;
  private final ClickCounts targetCounts;
  private final ClickCounts popularity;
  private final PriorShape priorShape = new PriorShape();
  private final LoneClicks lone;
  private final PriorCheck priorCheck;
  private final CoVisits coVisits;
  private final ContentIndex content;

  /** In the order in which they are written: a session refers to items, so they come first. */
  private final List<StreamPart> parts;

  private final EventClock clock = new EventClock(EventClock.STEP);
  private long inapplicable;
  private long flooded;

  /**
   * Counts since the log began.
   *
   * @param eventTimeMs newest event time, milliseconds since 1970
   * @param inapplicable records whose item was gone or that the schema refused
   * @param flooded events of a session that had too many about their item
   */
  public record Counts(long eventTimeMs, long inapplicable, long flooded) {}

  /** Nothing has been logged yet. */
  public StreamState(StreamOptions options) {
    repeatWindowMs = options.repeatWindowMs();
    maxRepeats = options.maxRepeats();
    features = new FeatureExtractor(options.schema());
    contexts = new ContextInterner(features, options.sessions().maxContexts());
    coVisits = new CoVisits(options.sessions().maxPastSessions());
    catalog = new Catalog(features, options.catalog());
    sessions =
        new SessionStore(
            catalog, SessionStore.Bounds.of(options.sessions(), options.maxSessionLength()));
    targetCounts = ClickCounts.ofTargets(options.targetHalfLifeEvents(), catalog::size);
    lone = new LoneClicks(options.popularityHalfLifeEvents());
    popularity =
        new ClickCounts(
            options.popularityHalfLifeEvents(), options.priors(), catalog::size, lone, priorShape);
    priorCheck = new PriorCheck(catalog, popularity, priorShape);
    content = new ContentIndex(options.schema(), catalog);
    parts =
        List.of(
            catalog,
            sessions,
            targetCounts,
            priorCheck,
            popularity,
            lone,
            coVisits,
            content,
            clock);
  }

  /** The parts, in the order in which they are told, written and read. */
  public List<StreamPart> parts() {
    return parts;
  }

  /**
   * An event of this time comes next.
   *
   * @return the time by which it counts: its own, or event time if its own is too far ahead
   */
  public long admit(long timeMs) {
    return clock.admit(timeMs);
  }

  /** Event time by feedback events. */
  public EventClock clock() {
    return clock;
  }

  /**
   * Takes a feedback event.
   *
   * @param timeMs the time by which it counts
   * @return what it did to its session; null if it extends none: by its type, because its item is
   *     gone, or because the session has had too many about this item
   */
  public @Nullable StreamStep feedback(FeedbackEvent event, long timeMs) {
    int item = catalog.indexOf(event.getItemId());
    String sessionId = event.getSessionId();
    if (!SessionStep.isStep(event.getType())) {
      if (item >= 0) {
        boolean dismissal = event.getType() == EventType.EVENT_TYPE_DISMISS;
        sessions.mention(sessionId, item, timeMs, dismissal);
      }
      return null;
    }
    if (item < 0) {
      countInapplicable();
      return null;
    }
    if (isFlood(sessionId, item, timeMs)) {
      flooded++;
      return null;
    }
    int type = SessionStep.typeOf(event.getType());
    Features context = contextOf(event);
    SessionPlace place = sessions.append(sessionId, item, type, timeMs, context);
    return new StreamStep(sessionId, place.before(), place.order(), item, type, timeMs, context);
  }

  /** Whether the session's last events are about this item often enough. */
  private boolean isFlood(String sessionId, int item, long timeMs) {
    SessionHistory history = sessions.get(sessionId);
    long fromMs = timeMs - repeatWindowMs;
    return history != null && history.countOf(item, fromMs) >= maxRepeats;
  }

  private @Nullable Features contextOf(FeedbackEvent event) {
    try {
      return contexts.of(event.getContextMap());
    } catch (InvalidFeatureException e) {
      return fittingContextOf(event);
    }
  }

  /** Checked before it was logged; the schema was another one then. */
  private @Nullable Features fittingContextOf(FeedbackEvent event) {
    try {
      return contexts.of(features.fitting(event.getContextMap()));
    } catch (InvalidFeatureException e) {
      countInapplicable();
      return null;
    }
  }

  /** A record could not be applied. */
  public void countInapplicable() {
    inapplicable++;
  }

  /**
   * Inserts an item or replaces it. One that was deleted not long ago finds what was learned of it.
   * One that was logged when the schema was another one comes without the values that the schema of
   * now does not take.
   *
   * @throws InvalidFeatureException if no schema takes it
   */
  public CatalogItem upsert(Item item) {
    String itemId = item.getItemId();
    boolean returns = catalog.isWithdrawn(itemId);
    boolean isNew = !returns && catalog.indexOf(itemId) < 0;
    CatalogItem now = taken(item);
    if (returns) {
      parts.forEach(part -> part.returned(now.index()));
    } else if (isNew) {
      parts.forEach(part -> part.added(now.index()));
    } else {
      parts.forEach(part -> part.changed(now.index()));
    }
    return now;
  }

  private CatalogItem taken(Item item) {
    try {
      return catalog.upsert(item);
    } catch (InvalidFeatureException e) {
      return catalog.upsertFitting(item);
    }
  }

  /**
   * What is read next was written with another schema.
   *
   * @param quantiles slots of then whose knots were learned, in their order, and how many each had;
   *     null if the schema was the same
   */
  public void readFromSchemaWith(@Nullable Map<String, Integer> quantiles) {
    catalog.readFromSchemaWith(quantiles);
  }

  /**
   * Deletes an item and returns it, or null if there is none. What was learned of it is kept until
   * {@link #forgetDeleted}.
   */
  public @Nullable CatalogItem delete(String itemId) {
    CatalogItem item = catalog.delete(itemId, clock.nowMs());
    if (item != null) {
      parts.forEach(part -> part.withdrawn(item.index()));
    }
    return item;
  }

  /**
   * Forgets what is counted of items that have been deleted for too long, or that there is no room
   * for: some of them, so that a record takes bounded time.
   *
   * @param forgotten told of the index of each
   */
  public void forgetDeleted(IntConsumer forgotten) {
    for (int i = 0; i < FORGET_PER_RECORD; i++) {
      int index = catalog.forgetNext(clock.nowMs());
      if (index < 0) {
        return;
      }
      parts.forEach(part -> part.deleted(index));
      forgotten.accept(index);
    }
  }

  /** Counts an event of a batch that has been learned. */
  public void clicked(StreamClick click) {
    parts.forEach(part -> part.clicked(click));
  }

  /** Turns items and contexts into fids. */
  public FeatureExtractor features() {
    return features;
  }

  /** Items by id and index. */
  public Catalog catalog() {
    return catalog;
  }

  /** The last events of each session. */
  public SessionStore sessions() {
    return sessions;
  }

  /** How often items were clicked recently: what decides how they are sampled. */
  public ClickCounts targetCounts() {
    return targetCounts;
  }

  /** How often items were clicked over a longer time: the popularity that is added to scores. */
  public ClickCounts popularity() {
    return popularity;
  }

  /** Whether items are clicked as often as their popularity claims. */
  public PriorCheck priorCheck() {
    return priorCheck;
  }

  /** Shape of the items' priors; told of clicks by {@link #priorCheck}. */
  public PriorShape priorShape() {
    return priorShape;
  }

  /**
   * The items clicked most over a longer time, at most {@code maxItems}, in descending order: what
   * many visits of one click each have put up counts up to a bound.
   */
  public int[] mostClicked(int maxItems) {
    return popularity.mostClicked(maxItems);
  }

  /** Items visited together, and past sessions. */
  public CoVisits coVisits() {
    return coVisits;
  }

  /** Bytes of the heap that each part takes, about, of those that it is known of. Any thread. */
  public Map<String, Long> memoryBytes() {
    return Map.of(
        "catalog", catalog.bytes(),
        "catalog_deleted", catalog.withdrawnBytes(),
        "filter_index", catalog.filters().bytes(),
        "content_index", content.bytes(),
        "sessions", sessions.bytes(),
        "sessions_seen", sessions.seenBytes(),
        "past_sessions", coVisits.sessionBytes(),
        "co_visits", coVisits.bytes(),
        "click_counts", targetCounts.bytes() + popularity.bytes() + lone.bytes(),
        "contexts", contexts.bytes());
  }

  /** Which items have what metadata. */
  public ContentIndex content() {
    return content;
  }

  /** Counts as of now. */
  public Counts counts() {
    return new Counts(clock.nowMs(), inapplicable, flooded);
  }

  /** Takes over counts that were written. */
  public void restore(Counts written) {
    clock.restore(written.eventTimeMs);
    inapplicable = written.inapplicable;
    flooded = written.flooded;
  }

  /** Newest event time in seconds since 1970; 0 before the first. */
  public long eventTimeSec() {
    return Math.max(0, clock.nowMs() / 1_000);
  }
}
