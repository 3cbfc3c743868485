package dev.dolmen.server.index;

import dev.dolmen.model.item.ScoreBonuses;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One search of all items: what is asked for, and the answer. Used again and again, by one thread
 * at a time.
 */
public final class ItemSearch {
  private final TopK top = new TopK();
  private @Nullable ItemQuery query;
  private @Nullable ScoreBonuses bonuses;
  private @Nullable RuntimeException failure;
  private boolean exact;
  private boolean found;

  /** Place of the first bonus on an item that has not been scored yet. */
  int bonus;

  /** Asks for nothing yet. */
  public ItemSearch() {}

  /**
   * Asks for the best items by score.
   *
   * @param bonuses on scores, as those of query 0
   * @param exactly whether it is to be the exact answer
   */
  public void score(ItemQuery query, ScoreBonuses bonuses, boolean exactly) {
    ask(query, bonuses);
    exact = exactly;
  }

  /** Asks for the closest items by cosine alone, for a query of length 1. */
  public void cosine(ItemQuery query) {
    ask(query, null);
    exact = true;
  }

  private void ask(ItemQuery asked, @Nullable ScoreBonuses given) {
    query = asked;
    bonuses = given;
    failure = null;
    found = false;
    bonus = given == null ? 0 : given.from(0);
    top.reset(asked.k());
  }

  /** What is asked for. */
  ItemQuery query() {
    return Objects.requireNonNull(query, "nothing is asked for");
  }

  /** On scores; null for cosines. */
  @Nullable ScoreBonuses bonuses() {
    return bonuses;
  }

  /** The answer, sorted, once it has been searched for without a {@link #failure}. */
  public TopK top() {
    return top;
  }

  /** What ended this search alone; null if nothing did. */
  public @Nullable RuntimeException failure() {
    return failure;
  }

  /** Whether all items have to be looked at. */
  boolean isExact() {
    return exact;
  }

  /** Whether nothing is left to be searched: there is an answer, or a failure. */
  boolean isFound() {
    return found || failure != null;
  }

  /** The answer is there. */
  void found() {
    found = true;
  }

  /** Begins again with nothing found. */
  void again() {
    top.reset(query().k());
  }

  void fail(RuntimeException why) {
    failure = why;
  }

  /** Lets go of what was asked for. */
  public void clear() {
    query = null;
    bonuses = null;
    failure = null;
  }
}
