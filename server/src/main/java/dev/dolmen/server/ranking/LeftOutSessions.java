package dev.dolmen.server.ranking;

import dev.dolmen.model.ServingModel;
import dev.dolmen.model.Workspace;
import dev.dolmen.model.data.ModelOptions;
import dev.dolmen.model.item.ScoreBonuses;
import dev.dolmen.server.budget.Caller;
import dev.dolmen.trainer.learn.LiveState;
import dev.dolmen.trainer.session.SessionSteps;
import dev.dolmen.trainer.session.TokenWindow;
import dev.dolmen.trainer.signals.SessionSignals;

/**
 * Queries of a session without each of the last explained events: read, encoded and asked for
 * signals as if that event had not been. They are encoded together, as one after the other would
 * take several times as long, and signals are asked for the items that are explained alone. Reused
 * by one thread.
 */
final class LeftOutSessions {
  private final int tokensMax;
  private final int width;
  private final TokenWindow window;
  private final QueryTokens tokens;
  private final SessionSignals signals;
  private final LeftOutSteps steps = new LeftOutSteps();
  private final ScoreBonuses bonuses = new ScoreBonuses();
  private final Workspace workspace = new Workspace();

  /** Row-major [{@link ExplainedEvents#LEFT_OUT}, D]. */
  private final float[] queries;

  /** Row of each query, first left out first; -1 where nothing is left of the session: no query. */
  private final int[] row = new int[ExplainedEvents.LEFT_OUT];

  private int first;

  LeftOutSessions(LiveState live) {
    ModelOptions options = live.published().model().options();
    tokensMax = options.maxSessionLength();
    width = options.width();
    window = new TokenWindow(tokensMax);
    tokens = new QueryTokens(live, options, ExplainedEvents.LEFT_OUT);
    signals = new SessionSignals(live.coVisits(), live.content());
    queries = new float[ExplainedEvents.LEFT_OUT * width];
  }

  /**
   * Leaves out each of some events that {@link ExplainedEvents#firstLeftOut} begins.
   *
   * @param session what was read
   * @param source has read it, last
   * @param items that will be asked for: indexes in the catalogue, or -1
   * @param count how many there are
   * @param caller asked before each, and before they are encoded
   */
  void of(
      SessionSteps session,
      ExplainedEvents events,
      SessionQueries source,
      ServingModel model,
      int[] items,
      int count,
      Caller caller) {
    bonuses.clear();
    int length = Math.min(session.length() - 1, tokensMax);
    first = events.firstLeftOut();
    tokens.clear((events.size() - first) * length, source.tokens().inlineVectors());
    int rows = 0;
    for (int e = first; e < events.size(); e++) {
      caller.checkWaiting();
      steps.of(session, events.step(e), source.context());
      int from = tokens.size;
      int used = window.read(steps, tokens);
      signals.ofSome(tokens.items, from, from + used, items, count);
      signals.addTo(bonuses, source.learnedSignals());
      row[e - first] = used > 0 ? rows++ : -1;
      if (used > 0) {
        tokens.endSession();
      }
    }
    steps.clear();
    if (rows > 0) {
      caller.checkWaiting();
      tokens.end();
      model.encodeSession(tokens.input, queries, workspace);
    }
  }

  /**
   * What a session without an event gives an item, but for its prior, which does not depend on it.
   *
   * @param event one that was left out
   * @param item one of those that were named; -1 for one that signals do not know
   * @param vector of the item, [D]
   */
  double score(int event, int item, float[] vector) {
    int at = event - first;
    double product = row[at] < 0 ? 0 : dot(queries, row[at] * width, vector);
    return product + (item < 0 ? 0 : bonuses.of(at, item));
  }

  /** In doubles, for a difference of two to be theirs. */
  static double dot(float[] queries, int from, float[] vector) {
    double even = 0;
    double odd = 0;
    int d = 0;
    for (; d + 1 < vector.length; d += 2) {
      even += (double) queries[from + d] * vector[d];
      odd += (double) queries[from + d + 1] * vector[d + 1];
    }
    return even + odd + (d < vector.length ? (double) queries[from + d] * vector[d] : 0);
  }
}
