package dev.dolmen.evaluation.protocol;

import java.util.BitSet;
import java.util.List;

/**
 * Which items does a user have besides? All candidates are ranked, and those that the user has
 * should come first. Sets are not to be changed.
 *
 * @param slice that it counts in
 * @param user number of the user
 * @param prefix of what was learned of the user, as a request brings it
 * @param relevant items that the user has and that were not learned: the targets, at least one
 * @param candidates what is ranked, the targets among it
 */
public record ItemSetQuestion(
    Slice slice, int user, List<EvalClick> prefix, BitSet relevant, BitSet candidates) {
  /** What is asked for. */
  public enum Slice {
    /** Items of which nothing was learned, among themselves. */
    COLD("cold", "cold items"),
    /** Items that others have, among themselves. */
    WARM("warm", "warm items"),
    /** Both, among all items. */
    TOTAL("total", "all items");

    private final String title;
    private final String among;

    Slice(String title, String among) {
      this.title = title;
      this.among = among;
    }

    /** Its name. */
    public String title() {
      return title;
    }

    /** What is ranked, in words. */
    public String among() {
      return among;
    }
  }

  public ItemSetQuestion {
    if (relevant.isEmpty()) {
      throw new IllegalArgumentException("relevant: empty, expected at least one item");
    }
  }
}
