package dev.dolmen.server.ranking;

import dev.dolmen.model.ServingModel;
import dev.dolmen.model.layer.SignalNetwork;
import dev.dolmen.server.budget.Caller;
import dev.dolmen.trainer.learn.LiveState;
import dev.dolmen.trainer.signals.SignalParts;
import dev.dolmen.trainer.signals.SignalParts.Signal;
import dev.dolmen.v1.ExplainedEvent;
import dev.dolmen.v1.Explanation;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Why the model gives items their scores. Reads what {@link SessionQueries} has of the session, so
 * that it must be asked before that reads the next one. Reused by one thread.
 *
 * <p>The prior and the signals are what they are; what the product of the vectors has brought is
 * the rest of the score. So a vector that has been learned on since the items were searched does
 * not make parts that are not the score's.
 */
final class ModelReasons {
  private static final Signal[] SIGNALS = Signal.values();

  private final LiveState live;
  private final SessionQueries sessions;
  private final ExplainedEvents events = new ExplainedEvents();
  private final LeftOutSessions leftOut;
  private final SignalParts signals = new SignalParts();
  private final ScoreParts parts = new ScoreParts();
  private @Nullable EncodedSession session;
  private double priorWeight;
  private final float[] learned = new float[SignalNetwork.PARAMETERS];

  ModelReasons(LiveState live, SessionQueries sessions) {
    this.live = live;
    this.sessions = sessions;
    leftOut = new LeftOutSessions(live);
  }

  /**
   * Begins with a session.
   *
   * @param encoded has just been encoded; kept until the next
   */
  void begin(EncodedSession encoded, ServingModel model) {
    session = encoded;
    priorWeight = model.priorWeight();
    QueryTokens tokens = sessions.tokens();
    events.of(encoded.steps(), tokens.steps, encoded.used(), sessions::itemId);
    model.copySignals(learned);
  }

  /**
   * Finds out what the signals of some items say, and what they have without each of the session's
   * last events.
   *
   * @param items that will be asked for: indexes in the catalogue, or -1
   * @param count how many there are
   * @param caller asked before each event
   */
  void of(ServingModel model, int[] items, int count, Caller caller) {
    EncodedSession session = session();
    signals.of(sessions.signals(), sessions.tokens().items, session.used(), items, count, learned);
    leftOut.of(session.steps(), events, sessions, model, items, count, caller);
  }

  private EncodedSession session() {
    return Objects.requireNonNull(session, "not begun");
  }

  /** The events that are told apart. */
  List<ExplainedEvent> events() {
    return events.list();
  }

  /**
   * Why an item has its score.
   *
   * @param at its place among the items that were named; -1 for one that was not
   * @param item index in the catalogue; -1 for one that is not there
   * @param scanned whether its prior counts: not of an item that has no vector there yet
   * @param vector of the item, [D]
   */
  Explanation of(int at, int item, boolean scanned, float[] vector, float score) {
    EncodedSession session = session();
    parts.begin();
    float prior = scanned ? live.vectors().bias(item) : 0;
    parts.add(PartName.PRIOR, prior, -1);
    float bonus = item < 0 ? 0 : session.bonuses().of(0, item);
    if (bonus != 0) {
      addSignals(at, prior, bonus);
    }
    double whole = LeftOutSessions.dot(session.query(), 0, vector) + bonus;
    for (int e = events.firstLeftOut(); e < events.size(); e++) {
      parts.addContribution(whole - leftOut.score(e, item, vector));
    }
    parts.add(PartName.COSINE, score, -1);
    int event = parts.event() < 0 ? mostContributing() : parts.event();
    String part = parts.largest();
    String about = PartName.isOfEvent(part) ? events.item(event) : "";
    parts.variance(priorWeight * priorWeight * live.priorVariance(item));
    return parts.end(PartName.reason(part, events.isPurchase(event)), about);
  }

  private int mostContributing() {
    return parts.mostContributing(events.firstLeftOut());
  }

  /** Those that add nothing are left out; the last one brings the sum to prior and bonus. */
  private void addSignals(int at, float prior, float bonus) {
    int last = SIGNALS.length - 1;
    while (last > 0 && signals.value(at, SIGNALS[last]) == 0) {
      last--;
    }
    double sum = prior;
    for (int i = 0; i <= last; i++) {
      double value = signals.value(at, SIGNALS[i]);
      sum += value;
      if (value != 0 || i == last) {
        float next = i == last ? prior + bonus : (float) sum;
        int event = events.fromEnd(signals.distance(at, SIGNALS[i]));
        parts.add(PartName.of(SIGNALS[i]), next, event);
      }
    }
  }
}
