package dev.dolmen.trainer.baseline;

import java.util.SequencedMap;

/**
 * A recommender that can answer several threads at a time and runs for as long as a server does.
 *
 * <p>Threads that ask have a {@link #scorer} each and may ask at the same time; {@link #learn} and
 * {@link #renumber} need the recommender for themselves. Who locks is the caller's business.
 */
public interface ServedRecommender extends OnlineRecommender {
  /**
   * Another way to ask the same questions: it finds what this has learned when it is asked, and
   * gives the same bits. It changes nothing that others read.
   */
  ItemScorer scorer();

  /**
   * What the scores are sums of, by name, in the order in which they are added: each gives a part
   * of an item's score, and nothing where that is not a part of it. As {@link #scorer}.
   */
  SequencedMap<String, ItemScorer> parts();

  /**
   * Gives items other numbers, and forgets those that get none, as if they had never been clicked:
   * so that numbers of items that are gone do not take memory for ever. Costs as much as there is
   * memory.
   *
   * @param numbers the new number by the old one, or -1 to forget the item; those that are kept get
   *     0, 1, 2… in their order. As long as the largest item that was learned, or longer
   */
  void renumber(int[] numbers);

  /** Bytes of what is remembered, to a tenth or so. */
  long memoryBytes();
}
