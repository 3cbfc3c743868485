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
import java.util.Arrays;

/**
 * Queries of a session without each of its explained events: read, encoded and asked for signals as
 * if that event had not been. Reused by one thread.
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
  private final float[] query;

  /** Row-major [{@link ExplainedEvents#MAX}, D]. */
  private final float[] queries;

  LeftOutSessions(LiveState live) {
    ModelOptions options = live.published().model().options();
    tokensMax = options.maxSessionLength();
    width = options.width();
    window = new TokenWindow(tokensMax);
    tokens = new QueryTokens(live, options);
    signals = new SessionSignals(live.coVisits(), live.content());
    query = new float[width];
    queries = new float[ExplainedEvents.MAX * width];
  }

  /**
   * Leaves out each of some events.
   *
   * @param session what was read
   * @param source has read it, last
   * @param caller asked before each
   */
  void of(
      SessionSteps session,
      ExplainedEvents events,
      SessionQueries source,
      ServingModel model,
      Caller caller) {
    bonuses.clear();
    for (int e = 0; e < events.size(); e++) {
      caller.checkWaiting();
      steps.of(session, events.step(e), source.context());
      tokens.clear(Math.min(steps.length(), tokensMax), source.tokens().inlineVectors());
      int used = window.read(steps, tokens);
      signals.of(tokens.items, 0, used);
      signals.addTo(bonuses, source.learnedSignals());
      Arrays.fill(query, 0);
      if (used > 0) {
        tokens.end();
        model.encodeSession(tokens.input, query, workspace);
      }
      System.arraycopy(query, 0, queries, e * width, width);
    }
    steps.clear();
  }

  /**
   * What a session without an event gives an item, but for its prior, which does not depend on it.
   *
   * @param item index in the catalogue; -1 for one that signals do not know
   * @param vector of the item, [D]
   */
  double score(int event, int item, float[] vector) {
    return dot(queries, event * width, vector) + (item < 0 ? 0 : bonuses.of(event, item));
  }

  /** In doubles, for a difference of two to be theirs. */
  static double dot(float[] queries, int from, float[] vector) {
    double sum = 0;
    for (int d = 0; d < vector.length; d++) {
      sum += (double) queries[from + d] * vector[d];
    }
    return sum;
  }
}
