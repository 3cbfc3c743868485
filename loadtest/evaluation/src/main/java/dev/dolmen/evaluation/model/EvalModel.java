package dev.dolmen.evaluation.model;

import dev.dolmen.evaluation.protocol.EvalClick;
import dev.dolmen.evaluation.protocol.Prediction;
import dev.dolmen.evaluation.protocol.StreamSplit;
import java.io.Closeable;
import java.io.IOException;
import java.util.BitSet;
import java.util.List;

/** Something that learns clicks and is asked what comes next. One thread. */
public interface EvalModel extends Closeable {
  /** Ranks that count. */
  int TOP = 20;

  /** Ranks that are asked for: those that count, and as many for items that are left out. */
  int DEPTH = TOP + StreamSplit.CLICKS_MAX;

  /** Takes answers, each prediction once, in any order. */
  @FunctionalInterface
  interface Answers {
    /**
     * The answer to a prediction.
     *
     * @param rank of the target from 1, ties against it; above {@link #DEPTH} any number above it
     * @param top the items ranked first, best first, at most {@link #DEPTH}; good for the call
     * @param chances of these items; good for the call
     */
    void answer(int prediction, int rank, int[] top, Chances chances);

    /** An answer of a model whose scores are no chances. */
    default void answer(int prediction, int rank, int[] top) {
      answer(prediction, rank, top, Chances.NONE);
    }
  }

  /**
   * How likely the model holds items to be the next one, as shares of all that could be
   * recommended.
   *
   * @param ofTop by place of the list; empty if the model does not say
   * @param ofSeen of the items that the session has clicked, together
   */
  @SuppressWarnings("ArrayRecordComponent") // Good for one call.
  record Chances(double[] ofTop, double ofSeen) {
    /** Nothing is said. */
    public static final Chances NONE = new Chances(new double[0], 0);
  }

  /** Begins a pass over history; the catalogue is there from its beginning. */
  void beginPass() throws IOException;

  /** Takes a click, and its item if it is new. Nothing asked before may be answered with it. */
  void learn(EvalClick click) throws IOException;

  /** Items come that nobody has clicked; they can be recommended from here on. */
  void announce(BitSet items) throws IOException;

  /**
   * From here on only these items are ranked, of those that are there.
   *
   * @throws UnsupportedOperationException if it cannot leave others out
   */
  default void narrow(BitSet items) throws IOException {
    throw new UnsupportedOperationException(getClass().getSimpleName() + " ranks all items");
  }

  /**
   * Scores every item for a session, when nothing is left to be learned.
   *
   * @param prefix of a session, the oldest first; may be empty
   * @param scores overwritten, by number of the item, [items of the dataset]: the higher, the
   *     sooner it is recommended; negative infinity for one that is not there or has no score
   * @throws UnsupportedOperationException if it does not say
   */
  default void scoreAll(List<EvalClick> prefix, float[] scores) throws IOException {
    throw new UnsupportedOperationException(getClass().getSimpleName() + " says no scores");
  }

  /** All that was taken counts from here on. */
  void settle() throws IOException;

  /** Asks; the answer comes now, with the next {@link #learn} or with {@link #settle}. */
  void ask(int number, Prediction prediction, Answers answers) throws IOException;

  /** Bytes outside of the heap that hold what it has learned. */
  default long offHeapBytes() {
    return 0;
  }
}
