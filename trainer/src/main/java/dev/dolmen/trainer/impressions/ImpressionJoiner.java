package dev.dolmen.trainer.impressions;

import dev.dolmen.parameterstore.feature.Features;
import dev.dolmen.parameterstore.random.MixedBits;
import dev.dolmen.trainer.catalog.Catalog;
import dev.dolmen.trainer.session.SessionHistory;
import dev.dolmen.trainer.session.SessionStep;
import dev.dolmen.trainer.session.SessionStore;
import dev.dolmen.trainer.state.EventClock;
import dev.dolmen.trainer.state.StateCopy;
import dev.dolmen.trainer.state.StateRows;
import dev.dolmen.trainer.state.StreamPart;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.Impression;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import net.openhft.hashing.LongHashFunction;
import org.jspecify.annotations.Nullable;

/**
 * Finds out what became of impressions: pairs feedback events with the impression that their
 * request id names, and hands each impression on to be learned from, once, when its window has
 * passed.
 *
 * <p>Time is the newest impression's or feedback event's, an event's not beyond the moment at which
 * it was logged, and no record moves it far on its own word ({@link EventClock}). So it is a
 * function of the log, and a clock that runs ahead, a client's or for a while the server's, closes
 * no window.
 *
 * <ul>
 *   <li>An impression waits in memory, with the session as it was at its place in the log (events
 *       of a later time left out: what is predicted must not be known). When its window has passed,
 *       a batch takes it: items clicked until then, whatever their time, are clicks; the others are
 *       not. All of one impression is learned at once, so that clicks are not ahead of what was not
 *       clicked.
 *   <li>What was not clicked is learned from for a share of the impressions, drawn by seed and
 *       request id: a whole impression shares the encoding of its session. The chance to be learned
 *       from is the same for each item that was not clicked, which is all that the log-odds
 *       correction asks for.
 *   <li>Then its place in the log is remembered until the lateness has passed ({@link LateIndex}).
 *       A click that comes so late reads the impression back from the log and is learned as a click
 *       next to what was learned before. So the chance learned is that of a click within the
 *       lateness, p, but for its odds being those of p by 1 - q instead of 1 - p, if q is the
 *       chance of a click within the window.
 *   <li>An event before its impression waits for it, as long as a window ({@link EarlyEvents}).
 *   <li>An event of another visit than the one that was shown the impression does not count for it,
 *       so that the owner's own click still does. An impression without a session is anybody's.
 *   <li>A second click on an item, and an impression that comes again, change nothing.
 *   <li>What the log keeps for late clicks is bounded in bytes, too, counted from the records
 *       themselves: so that a log with a bound can let go of the rest, and a replay finds what the
 *       first run found.
 *   <li>Beyond each bound the oldest leaves; every outcome has a count.
 * </ul>
 *
 * <p>Owned by the training thread.
 */
public final class ImpressionJoiner implements StreamPart {
  /** Impressions that one batch takes at most: beyond what it learns, most only leave. */
  private static final int CLOSED_PER_BATCH = 4_096;

  /** Items that one batch learns from at most, but for the last impression that it takes. */
  private static final int SHOWN_PER_BATCH = 4_096;

  /** Late impressions whose lateness has passed that one call forgets at most. */
  private static final int EXPIRED_PER_CALL = 16;

  /** Of the heap: an impression with 20 items and a session of 20 events, an event. */
  private static final long WAITING_BYTES = 700;

  private static final long EARLY_BYTES = 300;

  private static final LongHashFunction HASH = LongHashFunction.xx3();

  /** Stands for every session, where one is not known. */
  static final long ANYBODY = 0;

  private final JoinerOptions options;
  private final LongHashFunction draw;
  private final Catalog catalog;
  private final SessionStore sessions;
  private final LoggedImpressions log;
  private final WaitingImpressions waiting = new WaitingImpressions();
  private final LateIndex late;
  private final EarlyEvents early;
  private final List<ShownItems> lateClicks = new ArrayList<>();
  private final JoinerCounts counts = new JoinerCounts();
  private @Nullable ImpressionObserver observer;
  private final EventClock clock = new EventClock(EventClock.STEP);

  /** Bytes of the records that were read while there were impressions to measure from. */
  private long bytes;

  private volatile Figures figures;

  /**
   * What became of impressions so far.
   *
   * @param waiting impressions that wait
   * @param late impressions whose place in the log is remembered
   * @param early events that wait for their impression
   * @param counts how often something was the outcome
   */
  public record Figures(int waiting, int late, int early, Map<Outcome, Long> counts) {
    /** How often something was the outcome. */
    public long of(Outcome outcome) {
      return counts.getOrDefault(outcome, 0L);
    }
  }

  /**
   * @param catalog told which indexes impressions refer to
   * @param sessions read for what was known of a session
   * @param log where impressions are read back from
   */
  public ImpressionJoiner(
      JoinerOptions options, Catalog catalog, SessionStore sessions, LoggedImpressions log) {
    this.options = options;
    draw = LongHashFunction.xx3(options.seed());
    this.catalog = catalog;
    this.sessions = sessions;
    this.log = log;
    late = new LateIndex(options.maxLate());
    early = new EarlyEvents(options.maxEarly());
    figures = new Figures(0, 0, 0, Map.of());
  }

  /** Names who is told of impressions from now on. */
  public void observe(ImpressionObserver other) {
    observer = other;
  }

  /**
   * Takes an impression from the log.
   *
   * @param toldMs when it was shown, by the clock of the server that showed it
   * @param before offset of the log record before it
   */
  public void add(Impression impression, long toldMs, long before) {
    long timeMs = advance(toldMs);
    String requestId = impression.getRequestId();
    if (waiting.contains(requestId) || late.find(hash(requestId)) >= 0) {
      counts.add(Outcome.DUPLICATE_IMPRESSIONS);
      return;
    }
    counts.add(Outcome.IMPRESSIONS);
    int[] items = new int[impression.getItemIdCount()];
    for (int i = 0; i < items.length; i++) {
      items[i] = catalog.indexOf(impression.getItemId(i));
    }
    SessionHistory session = sessions.get(impression.getSessionId());
    int length = eventsUpTo(session, timeMs);
    WaitingImpression added =
        new WaitingImpression(
            requestId, timeMs, before, bytes, items, length == 0 ? null : session, length);
    added.retain(catalog);
    added.tag = tag(impression);
    added.owner = owner(impression.getSessionId());
    if (observer != null && added.tag >= 0) {
      observer.shown(added.tag);
    }
    waiting.add(added);
    while (waiting.size() > options.maxImpressions()) {
      counts.add(Outcome.SQUEEZED);
      leave(false);
    }
    for (EarlyEvents.Event event : early.take(requestId)) {
      counts.add(Outcome.EARLY);
      if (isOwner(added.owner, event.owner)) {
        join(added, requestId, event.itemId, event.type, event.timeMs);
      }
    }
  }

  /** Events of a session before the first of a later time. */
  private static int eventsUpTo(@Nullable SessionHistory session, long timeMs) {
    int length = 0;
    while (session != null && length < session.length() && session.timeMs(length) <= timeMs) {
      length++;
    }
    return length;
  }

  /**
   * Joins a feedback event that names a request.
   *
   * @param timeMs when it happened
   */
  public void join(FeedbackEvent event, long timeMs) {
    String requestId = event.getRequestId();
    WaitingImpression impression = waiting.get(requestId);
    long session = owner(event.getSessionId());
    if (impression != null) {
      if (isOwner(impression.owner, session)) {
        join(impression, requestId, event.getItemId(), event.getTypeValue(), timeMs);
      }
      return;
    }
    int slot = late.find(hash(requestId));
    if (slot >= 0) {
      joinLate(slot, event, timeMs);
    } else {
      EarlyEvents.Event waits =
          new EarlyEvents.Event(
              requestId, event.getItemId(), event.getTypeValue(), timeMs, clock.nowMs());
      waits.owner = session;
      counts.add(Outcome.UNKNOWN, early.add(waits));
    }
  }

  private static long owner(String sessionId) {
    return sessionId.isEmpty() ? ANYBODY : hash(sessionId);
  }

  private boolean isOwner(long owner, long session) {
    if (owner == ANYBODY || session == ANYBODY || owner == session) {
      return true;
    }
    counts.add(Outcome.OTHER_VISIT);
    return false;
  }

  private void join(
      WaitingImpression impression, String requestId, String itemId, int type, long timeMs) {
    int item = catalog.indexOf(itemId);
    int position = item < 0 ? -1 : impression.positionOf(item);
    if (isJoined(impression.timeMs, position, timeMs)) {
      waiting.changing(impression);
      impression.acted = true;
      // What extends a session is a click; to dwell on an item or dismiss it is an action, no
      // click.
      if (SessionStep.isStep(type)) {
        boolean none = !impression.isClicked();
        boolean first = impression.click(position);
        countClick(first, position);
        if (first) {
          tellClicked(impression, requestId, none);
        }
      }
    }
  }

  /** The impression of a request; null if it is not in the log any more. */
  private @Nullable Impression read(long before, String requestId) {
    Impression impression = log.after(before);
    return impression == null || !impression.getRequestId().equals(requestId) ? null : impression;
  }

  private int tag(@Nullable Impression impression) {
    ImpressionObserver told = observer;
    return told == null || impression == null ? ImpressionObserver.NO_TAG : told.tag(impression);
  }

  private void tellClicked(WaitingImpression impression, String requestId, boolean none) {
    if (impression.tag == WaitingImpression.UNREAD) {
      impression.tag = tag(observer == null ? null : read(impression.before, requestId));
    }
    tellClicked(impression.tag, none);
  }

  private void tellClicked(int tag, boolean none) {
    ImpressionObserver told = observer;
    if (told != null && tag >= 0) {
      told.clicked(tag, none);
    }
  }

  private void joinLate(int slot, FeedbackEvent event, long timeMs) {
    Impression impression = read(late.before(slot), event.getRequestId());
    if (impression == null) {
      counts.add(Outcome.UNREADABLE);
      return;
    }
    if (!isOwner(owner(impression.getSessionId()), owner(event.getSessionId()))) {
      return;
    }
    int position = impression.getItemIdList().indexOf(event.getItemId());
    if (!isJoined(late.timeMs(slot), position, timeMs)) {
      return;
    }
    counts.add(Outcome.LATE);
    if (SessionStep.isStep(event.getTypeValue())) {
      boolean none = !late.isClicked(slot);
      boolean first = late.click(slot, position);
      countClick(first, position);
      if (first) {
        tellClicked(tag(impression), none);
      }
      if (first && options.learns() && !late.isUnlearned(slot)) {
        learnLate(impression, late.timeMs(slot), position);
      }
    }
  }

  private boolean isJoined(long impressionMs, int position, long timeMs) {
    if (position < 0) {
      counts.add(Outcome.NOT_SHOWN);
    } else if (timeMs - impressionMs > options.latenessMs()) {
      counts.add(Outcome.TOO_LATE);
    } else {
      counts.add(Outcome.JOINED);
      return true;
    }
    return false;
  }

  private void countClick(boolean first, int position) {
    if (first) {
      counts.add(Outcome.CLICKS);
      counts.add(Outcome.CLICKED_POSITIONS, position + 1L);
    } else {
      counts.add(Outcome.REPEATED);
    }
  }

  private void learnLate(Impression impression, long impressionMs, int position) {
    SessionHistory session = sessions.get(impression.getSessionId());
    int length = eventsUpTo(session, impressionMs);
    int item = catalog.indexOf(impression.getItemId(position));
    if (session == null || length == 0) {
      counts.add(Outcome.WITHOUT_SESSION);
    } else if (item < 0 || lateClicks.size() >= options.batchSessions()) {
      counts.add(Outcome.LATE_LEFT_OUT);
    } else {
      counts.add(Outcome.LEARNED_CLICKS);
      lateClicks.add(
          new ShownItems(
              session, length, new int[] {item}, new int[] {position}, new boolean[] {true}));
    }
  }

  /**
   * What the next batch learns from: late clicks, and impressions whose window has passed, those
   * only that have a clicked item or were drawn. What does not fit in waits for the next batch.
   */
  public List<ShownItems> take() {
    List<ShownItems> taken = new ArrayList<>(lateClicks);
    lateClicks.clear();
    int shown = 0;
    for (int closed = 0; closed < CLOSED_PER_BATCH; closed++) {
      WaitingImpression oldest = waiting.oldest();
      if (oldest == null
          || clock.nowMs() - oldest.timeMs <= options.windowMs()
          || taken.size() >= options.batchSessions()
          || shown >= SHOWN_PER_BATCH) {
        break;
      }
      ShownItems items = options.learns() ? toLearn(oldest) : null;
      if (items != null) {
        taken.add(items);
        shown += items.items().length;
      }
      leave(true);
    }
    return taken;
  }

  private @Nullable ShownItems toLearn(WaitingImpression impression) {
    SessionHistory session = impression.session;
    if (session == null) {
      counts.add(Outcome.WITHOUT_SESSION);
      return null;
    }
    boolean all = isDrawn(impression.requestId);
    int n = 0;
    int[] positions = new int[impression.items.length];
    for (int i = 0; i < positions.length; i++) {
      if (impression.items[i] >= 0 && (all || impression.isClicked(i))) {
        positions[n++] = i;
      }
    }
    return n == 0 ? null : examples(impression, session, positions, n);
  }

  private ShownItems examples(
      WaitingImpression impression, SessionHistory session, int[] positions, int n) {
    int[] items = new int[n];
    int[] at = new int[n];
    boolean[] clicked = new boolean[n];
    for (int i = 0; i < n; i++) {
      at[i] = positions[i];
      items[i] = impression.items[at[i]];
      clicked[i] = impression.isClicked(at[i]);
      counts.add(clicked[i] ? Outcome.LEARNED_CLICKS : Outcome.LEARNED_NEGATIVES);
    }
    return new ShownItems(session, impression.length, items, at, clicked);
  }

  /** Uniform by seed and request id. */
  private boolean isDrawn(String requestId) {
    return MixedBits.fraction(draw.hashBytes(bytes(requestId))) < options.negativeRate();
  }

  /** The oldest impression leaves memory. */
  private void leave(boolean learned) {
    WaitingImpression impression = waiting.removeOldest();
    impression.release(catalog);
    if (!impression.acted) {
      counts.add(Outcome.EXPIRED);
    }
    long mark = learned && impression.hasSession() ? 0 : LateIndex.NOT_LEARNED;
    for (int i = 0; i < impression.items.length; i++) {
      mark |= impression.isClicked(i) ? LateIndex.bit(i) : 0;
    }
    boolean full =
        late.add(
            hash(impression.requestId),
            impression.before,
            impression.timeMs,
            impression.atBytes,
            mark);
    counts.add(Outcome.FORGOTTEN, full ? 1 : 0);
  }

  /** A record of so many bytes was read from the log. */
  public void read(int recordBytes) {
    if (waiting.size() > 0 || late.size() > 0) {
      bytes += recordBytes;
      counts.add(Outcome.FORGOTTEN, late.forget(bytes - options.maxLateBytes()));
    }
  }

  /**
   * A record of this time comes next: closes windows.
   *
   * @return the time by which it counts
   */
  public long advance(long timeMs) {
    long counted = clock.admit(timeMs);
    long nowMs = clock.nowMs();
    late.expire(nowMs - options.latenessMs(), EXPIRED_PER_CALL);
    counts.add(Outcome.UNKNOWN, early.expire(nowMs - options.windowMs()));
    return counted;
  }

  /** Event time by impressions and feedback events. */
  public EventClock clock() {
    return clock;
  }

  private static long hash(String requestId) {
    return HASH.hashBytes(bytes(requestId));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Offset of the last log record that is not needed any more to read impressions back; {@link
   * Long#MAX_VALUE} if none is needed.
   */
  public long notNeededUpTo() {
    long lowest = late.lowest();
    for (WaitingImpression impression : waiting.all()) {
      if (impression.atBytes >= bytes - options.maxLateBytes()) {
        return Math.min(lowest, impression.before);
      }
    }
    return lowest;
  }

  /** Makes the figures of now visible to other threads. */
  public void publishFigures() {
    figures = new Figures(waiting.size(), late.size(), early.size(), counts.copy());
  }

  /** Bytes of the heap that it takes, about, as of the last {@link #publishFigures}. Any thread. */
  public long bytes() {
    Figures now = figures;
    return now.waiting * WAITING_BYTES + now.early * EARLY_BYTES + late.bytes();
  }

  /** Bytes of the heap that so many impressions that wait take. */
  public static long waitingBytesMax(long waiting) {
    return waiting * WAITING_BYTES;
  }

  /** Bytes of the heap that so many impressions take that no longer wait. */
  public static long lateBytesMax(long impressions) {
    return LateIndex.bytesMax(impressions);
  }

  /** Bytes of the heap that so many events take that wait for their impression. */
  public static long earlyBytesMax(long events) {
    return events * EARLY_BYTES;
  }

  /** Changes the contexts of all visits that wait, after they were read. */
  public void changeContexts(UnaryOperator<@Nullable Features> change) {
    waiting.all().forEach(impression -> impression.changeContexts(change));
  }

  /** Figures as of the last {@link #publishFigures}. Any thread. */
  public Figures figures() {
    return figures;
  }

  /** Writes the whole state; nothing that a batch has to take may wait. */
  public void writeTo(DataOutput out) throws IOException {
    copy().writeTo(out);
  }

  private void checkTaken() {
    if (!lateClicks.isEmpty()) {
      throw new IllegalStateException(lateClicks.size() + " late clicks wait to be learned");
    }
  }

  /** What {@link #writeTo} writes, as of now. */
  @Override
  public StateCopy copy() {
    checkTaken();
    long now = clock.nowMs();
    long bytesNow = bytes;
    Map<Outcome, Long> countsNow = counts.copy();
    StateCopy waitingNow = waiting.copy();
    StateCopy lateNow = late.copy();
    StateCopy earlyNow = early.copy();
    return out -> {
      out.writeLong(now);
      out.writeLong(bytesNow);
      JoinerCounts.write(countsNow, out);
      waitingNow.writeTo(out);
      lateNow.writeTo(out);
      earlyNow.writeTo(out);
    };
  }

  /** Reads what {@link #writeTo} wrote into this new joiner; catalogue and sessions come first. */
  @Override
  public void readFrom(DataInput in) throws IOException {
    clock.restore(in.readLong());
    bytes = in.readLong();
    counts.readFrom(in);
    waiting.readFrom(in);
    waiting.all().forEach(impression -> impression.retain(catalog));
    late.readFrom(in);
    early.readFrom(in);
    publishFigures();
  }

  @Override
  public List<StateRows> rows() {
    return List.of(waiting.rows(), late.rows());
  }

  /** Early events too: they are few, and wait for a window at most. */
  @Override
  public StateCopy copyRest() {
    checkTaken();
    long now = clock.nowMs();
    long bytesNow = bytes;
    Map<Outcome, Long> countsNow = counts.copy();
    StateCopy lateNow = late.copyRest();
    StateCopy earlyNow = early.copy();
    return out -> {
      out.writeLong(now);
      out.writeLong(bytesNow);
      JoinerCounts.write(countsNow, out);
      lateNow.writeTo(out);
      earlyNow.writeTo(out);
    };
  }

  @Override
  public void readRest(DataInput in) throws IOException {
    clock.restore(in.readLong());
    bytes = in.readLong();
    counts.readFrom(in);
    late.readRest(in);
    early.readFrom(in);
  }

  @Override
  public void rowsRead() {
    waiting.rowsRead();
    waiting.all().forEach(impression -> impression.retain(catalog));
    late.rowsRead();
    publishFigures();
  }
}
