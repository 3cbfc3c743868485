package dev.dolmen.evaluation.protocol;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * All that a model is shown and asked, in order: items that are there from the beginning, history
 * that may be learned several times, and then a stream of steps in which clicks are learned and
 * predictions asked.
 *
 * @param reading name of the way in which the data are read
 * @param catalogue items that can be recommended when history is learned, whether they were there
 *     from the beginning or {@link PlanArrivals} says when they came; others come with their first
 *     click
 * @param lateItems items that come with {@link #ALL_ITEMS}, without ever having been clicked
 * @param history learned first
 * @param stream clicks that steps refer to
 * @param predictions that steps refer to, in the order in which they are asked
 * @param counted predictions that make the figures: the first; others are looked at apart
 * @param steps see {@link Steps}
 * @param withoutSeen whether items that the session has clicked are left out of the ranking
 * @param windows that predictions are counted in; 1 where there are none
 * @param windowNames what the windows are called, as many as {@code windows}
 */
public record Plan(
    String reading,
    BitSet catalogue,
    BitSet lateItems,
    List<EvalClick> history,
    List<EvalClick> stream,
    List<Prediction> predictions,
    int counted,
    Steps steps,
    boolean withoutSeen,
    int windows,
    List<String> windowNames) {
  /** A step in which all that was learned comes into effect; other steps come between these. */
  public static final int SETTLE = Integer.MIN_VALUE;

  /** A step in which {@link #lateItems} come into the catalogue, with their metadata. */
  public static final int ALL_ITEMS = Integer.MIN_VALUE + 1;

  /** A step from which on nothing but {@link #lateItems} is ranked. */
  public static final int ONLY_LATE = Integer.MIN_VALUE + 2;

  /**
   * What is done, in order: a click's number to learn it, the complement of a prediction's to ask
   * it.
   */
  public static final class Steps {
    private int[] steps = new int[1_024];
    private int size;

    private void add(int step) {
      if (size == steps.length) {
        steps = Arrays.copyOf(steps, 2 * size);
      }
      steps[size++] = step;
    }

    void learn(int click) {
      add(click);
    }

    void ask(int prediction) {
      add(~prediction);
    }

    void settle() {
      if (size > 0 && steps[size - 1] != SETTLE) {
        add(SETTLE);
      }
    }

    void allItems() {
      add(ALL_ITEMS);
    }

    void onlyLate() {
      add(ONLY_LATE);
    }

    /** How many there are. */
    public int size() {
      return size;
    }

    /** The step at a place: a click, the complement of a prediction, or one of the constants. */
    public int at(int place) {
      return steps[place];
    }
  }

  /**
   * A plan that learns history and then asks everything, learning nothing more.
   *
   * @param unseen predictions about items that were never learned, asked when these have come, too
   */
  public static Plan ofHistory(
      String reading,
      BitSet catalogue,
      List<EvalClick> history,
      List<Prediction> predictions,
      List<Prediction> unseen) {
    Steps steps = new Steps();
    List<Prediction> all = new ArrayList<>(predictions);
    for (int number = 0; number < predictions.size(); number++) {
      steps.ask(number);
    }
    BitSet late = new BitSet();
    for (Prediction prediction : unseen) {
      if (all.size() == predictions.size()) {
        steps.allItems();
      }
      steps.ask(all.size());
      all.add(prediction);
      prediction.session().forEach(c -> late.set(c.item()));
    }
    return new Plan(
        reading,
        catalogue,
        late,
        history,
        List.of(),
        all,
        predictions.size(),
        steps,
        false,
        1,
        List.of("all"));
  }

  /**
   * A plan that learns history, lets items come that nobody has clicked, and asks everything;
   * questions about those items once more, apart, with nothing but these to choose from.
   *
   * @param warm items of the history
   * @param cold items that come after it, with their metadata
   */
  static Plan ofNewItems(
      String reading,
      BitSet warm,
      BitSet cold,
      List<EvalClick> history,
      List<Prediction> questions) {
    Steps steps = new Steps();
    List<Prediction> all = new ArrayList<>(questions);
    steps.allItems();
    for (int number = 0; number < questions.size(); number++) {
      steps.ask(number);
    }
    for (Prediction question : questions) {
      if (cold.get(question.targetClick().item())) {
        if (all.size() == questions.size()) {
          steps.onlyLate();
        }
        steps.ask(all.size());
        all.add(question);
      }
    }
    return new Plan(
        reading,
        warm,
        cold,
        history,
        List.of(),
        all,
        questions.size(),
        steps,
        true,
        1,
        List.of("all"));
  }
}
