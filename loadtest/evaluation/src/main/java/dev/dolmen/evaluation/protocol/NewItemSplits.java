package dev.dolmen.evaluation.protocol;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Plans that ask what becomes of items that nobody has clicked. A session's clicks count by item,
 * each item once, where it comes first; a question is every further item of a session, asked from
 * the {@value #PREFIX_MAX} items before it, and what the session has clicked is not ranked.
 */
public final class NewItemSplits {
  /** Names of the readings. */
  public static final String TIME_SPLIT = "time-split";

  public static final String HELD_OUT = "held-out";
  public static final String STREAM = "new-items-stream";

  /** Items of a session that a question brings along. */
  public static final int PREFIX_MAX = 20;

  private final List<EvalClick> clicks;
  private final int items;
  private final int cut;

  /**
   * Sets it up.
   *
   * @param clicks in order
   * @param share of the clicks that are history, more than 0 and less than 1
   */
  public NewItemSplits(List<EvalClick> clicks, double share) {
    this.clicks = clicks;
    items = HistorySplits.counts(clicks).length;
    cut = (int) (share * clicks.size());
  }

  /**
   * The first clicks are learned; of items that come first after them the catalogue has the
   * metadata alone, and every click after them is a question. Nothing more is learned.
   */
  public Plan timeSplit() {
    return split(TIME_SPLIT, new BitSet());
  }

  /**
   * The same where a share of all items, drawn by the seed, leaves what is learned, so that these
   * are new, too.
   *
   * @param share more than 0, less than 1
   */
  public Plan heldOut(double share, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    BitSet out = new BitSet(items);
    for (int item = 0; item < items; item++) {
      if (random.nextDouble() < share) {
        out.set(item);
      }
    }
    return split(HELD_OUT + " " + seed, out);
  }

  private Plan split(String reading, BitSet heldOut) {
    List<EvalClick> learned =
        clicks.subList(0, cut).stream().filter(c -> !heldOut.get(c.item())).toList();
    BitSet warm = new BitSet();
    learned.forEach(c -> warm.set(c.item()));
    BitSet cold = new BitSet();
    clicks.forEach(c -> cold.set(c.item()));
    cold.andNot(warm);
    int[] counts = new int[items];
    learned.forEach(c -> counts[c.item()]++);
    List<Prediction> questions = new ArrayList<>();
    Sessions sessions = new Sessions();
    for (int i = 0; i < clicks.size(); i++) {
      List<EvalClick> asked = sessions.next(clicks.get(i));
      if (i >= cut && asked.size() > 1) {
        questions.add(question(asked, counts));
      }
    }
    return Plan.ofNewItems(reading, warm, cold, learned, questions);
  }

  /** Every click is asked, then learned; items come when {@link PlanArrivals} says. */
  public Plan stream() {
    int[] counts = new int[items];
    Plan.Steps steps = new Plan.Steps();
    List<Prediction> questions = new ArrayList<>();
    Sessions sessions = new Sessions();
    for (int i = 0; i < clicks.size(); i++) {
      List<EvalClick> asked = sessions.next(clicks.get(i));
      if (asked.size() > 1) {
        steps.ask(questions.size());
        questions.add(question(asked, counts));
      }
      steps.learn(i);
      counts[clicks.get(i).item()]++;
    }
    return new Plan(
        STREAM,
        new BitSet(),
        new BitSet(),
        List.of(),
        clicks,
        questions,
        questions.size(),
        steps,
        true,
        1,
        List.of("all"));
  }

  private static Prediction question(List<EvalClick> asked, int[] counts) {
    return new Prediction(asked, asked.size() - 1, 0, counts[asked.getLast().item()]);
  }

  /** What each session has clicked so far, each item once. */
  private static final class Sessions {
    private final Map<Integer, List<EvalClick>> kept = new HashMap<>();
    private final Map<Integer, Set<Integer>> seen = new HashMap<>();

    /** The items before this click and it itself; nothing if the session has clicked it before. */
    List<EvalClick> next(EvalClick click) {
      if (!seen.computeIfAbsent(click.session(), s -> new HashSet<>()).add(click.item())) {
        return List.of();
      }
      List<EvalClick> session = kept.computeIfAbsent(click.session(), s -> new ArrayList<>());
      session.add(click);
      int from = Math.max(0, session.size() - 1 - PREFIX_MAX);
      return List.copyOf(session.subList(from, session.size()));
    }
  }
}
