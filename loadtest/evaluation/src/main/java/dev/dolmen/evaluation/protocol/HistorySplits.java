package dev.dolmen.evaluation.protocol;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Protocols that learn first and ask afterwards. */
public final class HistorySplits {
  private HistorySplits() {}

  /**
   * Learns the training part and predicts every click of the other part's sessions from the second
   * on, each from all before it, among the items of the training part (the protocol of SR-GNN, AAAI
   * 2019, and its successors). A target that was never learned is not among them, and so is a miss;
   * what a model makes of such items before the target is its own affair.
   *
   * @param unseen whether clicks on items that were never learned are asked again, apart, when
   *     these items have come into the catalogue; where the session has not clicked them before
   */
  public static Plan holdOut(List<EvalClick> learned, List<EvalClick> held, boolean unseen) {
    int[] counts = counts(learned);
    List<Prediction> predictions = new ArrayList<>();
    for (List<EvalClick> session : sessions(held).values()) {
      for (int target = 1; target < session.size(); target++) {
        predictions.add(
            new Prediction(session, target, 0, count(counts, session.get(target).item())));
      }
    }
    List<Prediction> again = unseen ? newToTheSession(neverLearned(predictions)) : List.of();
    return Plan.ofHistory("static", items(learned), learned, predictions, again);
  }

  /** Those of the predictions whose target was never learned. */
  public static List<Prediction> neverLearned(List<Prediction> predictions) {
    return predictions.stream().filter(p -> p.known() == 0).toList();
  }

  /** Those of the predictions that ask for an item which the session does not have yet. */
  private static List<Prediction> newToTheSession(List<Prediction> predictions) {
    return predictions.stream()
        .filter(p -> p.prefix().stream().noneMatch(c -> c.item() == p.targetClick().item()))
        .toList();
  }

  /**
   * Splits clicks for tuning: sessions that begin within the last share of the clicks are held out.
   *
   * @param share of the clicks, more than 0 and less than 1
   * @return what is learned, and what is held out
   */
  public static List<List<EvalClick>> lastSessions(List<EvalClick> clicks, double share) {
    int cut = (int) (clicks.size() * (1 - share));
    Set<Integer> before = new HashSet<>();
    clicks.subList(0, cut).forEach(c -> before.add(c.session()));
    List<EvalClick> learned = new ArrayList<>();
    List<EvalClick> held = new ArrayList<>();
    clicks.forEach(c -> (before.contains(c.session()) ? learned : held).add(c));
    return List.of(learned, held);
  }

  /**
   * Predicts the last item of each session, which is all that a user did, or for tuning the one
   * before it; the last two are never learned. Ranks among all items there are, as they come with
   * metadata (SASRec, ICDM 2018, with full ranking). Sessions of less than three clicks are learned
   * whole.
   */
  public static Plan leaveOneOut(List<EvalClick> clicks, boolean validation) {
    List<EvalClick> learned = new ArrayList<>();
    Map<Integer, List<EvalClick>> sessions = sessions(clicks);
    Map<Integer, Integer> taken = new LinkedHashMap<>();
    for (EvalClick click : clicks) {
      int length = sessions.getOrDefault(click.session(), List.of()).size();
      int place = taken.merge(click.session(), 1, Integer::sum);
      if (length < 3 || place <= length - 2) {
        learned.add(click);
      }
    }
    int[] counts = counts(learned);
    List<Prediction> predictions = new ArrayList<>();
    for (List<EvalClick> session : sessions.values()) {
      int target = session.size() - (validation ? 2 : 1);
      if (session.size() >= 3) {
        List<EvalClick> seen = session.subList(0, target + 1);
        predictions.add(new Prediction(seen, target, 0, count(counts, seen.get(target).item())));
      }
    }
    return Plan.ofHistory("leave-one-out", items(clicks), learned, predictions, List.of());
  }

  /**
   * The clicks that are left when sessions and items with fewer clicks have gone, again and again
   * until all that are left have so many: the k-core that RecBole makes of its intervals of numbers
   * of interactions.
   *
   * @param least clicks that each session and each item keeps, 1 or more
   */
  public static List<EvalClick> core(List<EvalClick> clicks, int least) {
    List<EvalClick> kept = clicks;
    while (true) {
      int[] items = counts(kept);
      Map<Integer, List<EvalClick>> sessions = sessions(kept);
      List<EvalClick> left =
          kept.stream()
              .filter(c -> items[c.item()] >= least)
              .filter(c -> sessions.getOrDefault(c.session(), List.of()).size() >= least)
              .toList();
      if (left.size() == kept.size()) {
        return kept;
      }
      kept = left;
    }
  }

  private static int count(int[] counts, int item) {
    return item < counts.length ? counts[item] : 0;
  }

  /** Clicks of each session, in order; sessions in order of their first click. */
  static Map<Integer, List<EvalClick>> sessions(List<EvalClick> clicks) {
    Map<Integer, List<EvalClick>> sessions = new LinkedHashMap<>();
    clicks.forEach(c -> sessions.computeIfAbsent(c.session(), s -> new ArrayList<>()).add(c));
    return sessions;
  }

  /** Clicks of each item, by number. */
  public static int[] counts(List<EvalClick> clicks) {
    int[] counts = new int[1 + clicks.stream().mapToInt(EvalClick::item).max().orElse(-1)];
    clicks.forEach(c -> counts[c.item()]++);
    return counts;
  }

  private static BitSet items(List<EvalClick> clicks) {
    BitSet items = new BitSet();
    clicks.forEach(c -> items.set(c.item()));
    return items;
  }
}
