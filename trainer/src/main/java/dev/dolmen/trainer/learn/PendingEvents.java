package dev.dolmen.trainer.learn;

import dev.dolmen.parameterstore.feature.Features;
import dev.dolmen.trainer.session.SessionHistory;
import dev.dolmen.trainer.session.SessionPlace;
import dev.dolmen.trainer.stream.StreamStep;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongPredicate;
import net.openhft.hashing.LongHashFunction;
import org.jspecify.annotations.Nullable;

/**
 * The feedback events of the next batch, grouped by session in order of first appearance. Bounded
 * by the batch size: the training loop closes the batch when it is full.
 */
public final class PendingEvents {
  private final Map<String, PendingSession> open = new HashMap<>();
  private final List<PendingSession> sessions = new ArrayList<>();
  private long[] loggedUs = new long[256];
  private int size;
  private LongPredicate predicted = session -> true;

  /**
   * From now on only these sessions are predicted, and so learned from. What follows cheaply from
   * the log (sessions, counts, co-visits), and which values have rows, still comes from all: it is
   * the same wherever the same batches are cut.
   *
   * @param sessions told the hash of a session's id
   */
  public void predictOnly(LongPredicate sessions) {
    predicted = sessions;
  }

  /** Adds an event that has extended its session, logged at that time in microseconds. */
  public void add(StreamStep step, long eventLoggedUs) {
    if (step.order() != SessionPlace.Order.LAST) {
      addLate(step);
      count(eventLoggedUs);
      return;
    }
    add(
        step.sessionId(),
        step.before(),
        step.item(),
        step.type(),
        step.timeMs(),
        step.context(),
        eventLoggedUs);
  }

  /**
   * An event that comes late is new where it stands among new ones. Among those that are learned
   * already it is only known; what it follows in event time predicts it, as a session of its own.
   */
  private void addLate(StreamStep step) {
    if (step.order() == SessionPlace.Order.BETWEEN) {
      PendingSession session = open.get(step.sessionId());
      if (session != null
          && session.insert(step.item(), step.type(), step.timeMs(), step.context())) {
        return;
      }
    }
    PendingSession own = session(step.sessionId(), step.before());
    own.add(step.item(), step.type(), step.timeMs(), step.context());
    sessions.add(own);
  }

  /**
   * Adds an event that extends a session.
   *
   * @param before the session before this event, or null if the event begins it
   * @param item catalogue index
   * @param type number of the event type
   * @param eventLoggedUs wall clock when the event was logged, microseconds
   */
  public void add(
      String sessionId,
      @Nullable SessionHistory before,
      int item,
      int type,
      long timeMs,
      @Nullable Features context,
      long eventLoggedUs) {
    PendingSession session = before == null ? null : open.get(sessionId);
    if (session == null) {
      session = session(sessionId, before);
      open.put(sessionId, session);
      sessions.add(session);
    }
    session.add(item, type, timeMs, context);
    count(eventLoggedUs);
  }

  private PendingSession session(String sessionId, @Nullable SessionHistory before) {
    long number = LongHashFunction.xx3().hashChars(sessionId);
    return new PendingSession(number, before, predicted.test(number));
  }

  /** Counts an event that extends no session: a dwell, a dismissal. */
  public void count(long eventLoggedUs) {
    if (size == loggedUs.length) {
      loggedUs = Arrays.copyOf(loggedUs, 2 * size);
    }
    loggedUs[size++] = eventLoggedUs;
  }

  /** Events of the batch. */
  public int size() {
    return size;
  }

  /** When event {@code i} was logged, microseconds. */
  public long loggedUs(int i) {
    return loggedUs[i];
  }

  /** Sessions with new events, in order of first appearance. */
  public List<PendingSession> sessions() {
    return sessions;
  }

  /** Forgets everything. */
  public void clear() {
    open.clear();
    sessions.clear();
    size = 0;
  }
}
