package dev.dolmen.server.ranking;

import dev.dolmen.model.item.ScoreBonuses;
import dev.dolmen.server.budget.Caller;
import dev.dolmen.server.index.ItemFilter;
import dev.dolmen.server.index.ItemQuery;
import dev.dolmen.server.index.ItemSearch;
import dev.dolmen.server.index.TopK;
import java.util.Objects;
import java.util.function.Consumer;
import org.agrona.collections.IntHashSet;
import org.jspecify.annotations.Nullable;

/**
 * A request whose search of all items waits to share a pass, with all that it needs until it is
 * answered: what its thread computes with has gone on to the next request. Used again and again.
 */
final class PendingSearch {
  final ItemSearch search = new ItemSearch();

  /** The query, [D]. */
  final float[] vector;

  /** Items that the answer must not have. */
  final IntHashSet excluded = new IntHashSet();

  private final ScoreBonuses bonuses = new ScoreBonuses();
  private @Nullable Consumer<TopK> rest;
  private @Nullable Answer<?> answer;

  PendingSearch(int width) {
    vector = new float[width];
  }

  /**
   * Asks for the best items for a session.
   *
   * @param exact whether all items are to be looked at
   */
  void score(EncodedSession session, int k, ItemFilter filter, boolean exact, Caller caller) {
    System.arraycopy(session.query(), 0, vector, 0, vector.length);
    bonuses.become(session.bonuses());
    search.score(new ItemQuery(vector, k, filter, excluded, caller), bonuses, exact);
  }

  /** Asks for the items closest to {@link #vector}. */
  void cosine(int k, ItemFilter filter, Caller caller) {
    search.cosine(new ItemQuery(vector, k, filter, excluded, caller));
  }

  /** Answers with what was found, or says why not: to the one who asked, whatever goes wrong. */
  void answer() {
    Answer<?> to = Objects.requireNonNull(answer);
    RuntimeException failure = search.failure();
    if (failure != null) {
      to.fail(failure);
      return;
    }
    try {
      Objects.requireNonNull(rest).accept(search.top());
    } catch (RuntimeException e) {
      to.fail(e);
    }
  }

  /**
   * Says what is to be done with what is found.
   *
   * @param found gives the answer
   * @param asked takes what goes wrong until then
   */
  void then(Consumer<TopK> found, Answer<?> asked) {
    rest = found;
    answer = asked;
  }

  /** Lets go of the request. */
  void clear() {
    search.clear();
    rest = null;
    answer = null;
  }
}
