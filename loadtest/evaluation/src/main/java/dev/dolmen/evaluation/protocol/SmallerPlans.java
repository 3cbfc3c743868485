package dev.dolmen.evaluation.protocol;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.IdentityHashMap;
import java.util.List;

/**
 * The plan of a protocol, and smaller ones of the same kind in which less is learned: only the most
 * recent part of the clicks. What is predicted stays the same, but for what the protocol leaves out
 * when less was learned; a stream is read as if it had begun later.
 */
public final class SmallerPlans {
  /** Predictions that are always asked if there are so many, however little is learned. */
  private static final int PREDICTIONS_MIN = 1_000;

  private final Plan whole;
  private final long windowMs;
  private final long liveBatchMs;

  /**
   * Sets it up.
   *
   * @param whole a plan of {@link ProtocolRun#ofStatic} or {@link ProtocolRun#ofLeaveOneOut}, or
   *     the live reading of a stream
   * @param windowMs of a stream
   * @param liveBatchMs of a stream
   */
  public SmallerPlans(Plan whole, long windowMs, long liveBatchMs) {
    this.whole = whole;
    this.windowMs = windowMs;
    this.liveBatchMs = liveBatchMs;
  }

  /**
   * The plan that learns so much. Where asking would take longer than learning, whole sessions are
   * left out of the predictions, evenly, until there are no more predictions than clicks.
   *
   * @param share of the clicks, above 0, at most 1; 1 gives the whole plan
   */
  public Plan of(double share) {
    if (share >= 1) {
      return whole;
    }
    if (!whole.stream().isEmpty()) {
      return new StreamSplit(recent(whole.stream(), share), windowMs, liveBatchMs, 0)
          .plan(whole.reading());
    }
    List<EvalClick> learned = recent(whole.history(), share);
    if (whole.reading().equals(ProtocolRun.LEAVE_ONE_OUT)) {
      return asking(
          whole.reading(),
          whole.catalogue(),
          learned,
          thinned(whole.predictions(), learned.size()));
    }
    List<EvalClick> held = new ArrayList<>();
    sessions(whole.predictions()).forEach(held::addAll);
    Plan plan = HistorySplits.holdOut(learned, held, false);
    return asking(
        plan.reading(), plan.catalogue(), learned, thinned(plan.predictions(), learned.size()));
  }

  private static Plan asking(
      String reading, BitSet catalogue, List<EvalClick> learned, List<Prediction> predictions) {
    return Plan.ofHistory(reading, catalogue, learned, predictions, List.of());
  }

  private static List<EvalClick> recent(List<EvalClick> clicks, double share) {
    int kept = (int) Math.max(1, Math.round(share * clicks.size()));
    return clicks.subList(clicks.size() - kept, clicks.size());
  }

  /** Sessions of the predictions, in their order. */
  private static List<List<EvalClick>> sessions(List<Prediction> predictions) {
    IdentityHashMap<List<EvalClick>, Boolean> seen = new IdentityHashMap<>();
    List<List<EvalClick>> sessions = new ArrayList<>();
    for (Prediction prediction : predictions) {
      if (seen.put(prediction.session(), true) == null) {
        sessions.add(prediction.session());
      }
    }
    return sessions;
  }

  /** Predictions of every so-manieth session, so that they are about {@code learned} at most. */
  private static List<Prediction> thinned(List<Prediction> predictions, int learned) {
    double kept = (double) Math.max(PREDICTIONS_MIN, learned) / Math.max(1, predictions.size());
    if (kept >= 1) {
      return predictions;
    }
    List<Prediction> left = new ArrayList<>();
    IdentityHashMap<List<EvalClick>, Boolean> keeps = new IdentityHashMap<>();
    for (Prediction prediction : predictions) {
      int place = keeps.size();
      boolean keep = (long) ((place + 1) * kept) > (long) (place * kept);
      if (keeps.computeIfAbsent(prediction.session(), session -> keep)) {
        left.add(prediction);
      }
    }
    return left;
  }
}
