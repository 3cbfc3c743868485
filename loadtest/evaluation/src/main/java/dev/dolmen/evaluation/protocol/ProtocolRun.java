package dev.dolmen.evaluation.protocol;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * A protocol on a dataset: what is read, and the plans that follow.
 *
 * @param protocol as the user gave it
 * @param validation whether a part of what could be learned is predicted, for tuning
 * @param plans one, or one of each reading of a stream
 * @param unknownTargets predictions whose target was never learned and is not in what is ranked
 */
public record ProtocolRun(
    String protocol, boolean validation, List<Plan> plans, int unknownTargets) {
  public static final String STATIC = "static";
  public static final String LEAVE_ONE_OUT = "leave-one-out";
  public static final String STREAM = "stream";
  public static final String NEW_ITEMS = "new-items";
  public static final String ITEM_SETS = "item-sets";

  /** Protocols with a validation part, by which settings can be compared. */
  public static final List<String> VALIDATED = List.of(STATIC, LEAVE_ONE_OUT, STREAM);

  /** All protocols. */
  public static final List<String> PROTOCOLS =
      List.of(STATIC, LEAVE_ONE_OUT, STREAM, NEW_ITEMS, ITEM_SETS);

  /** Share of the clicks whose sessions are held out for tuning, where no file is. */
  private static final double VALIDATION_SHARE = 0.1;

  /**
   * The part of the dataset that is predicted.
   *
   * @throws IOException if the folder has no dataset, or none that fits
   */
  public static EvalDataset.Held held(String protocol, boolean validation, Path folder)
      throws IOException {
    if (!protocol.equals(STATIC)) {
      return EvalDataset.Held.NONE;
    }
    if (validation) {
      return EvalDataset.has(folder, EvalDataset.Held.VALIDATION)
          ? EvalDataset.Held.VALIDATION
          : EvalDataset.Held.NONE;
    }
    if (!EvalDataset.has(folder, EvalDataset.Held.TEST)) {
      throw new IOException(
          folder
              + ": no test part NAME.test.inter, which the protocol static predicts: give"
              + " --protocol leave-one-out or stream, or --validation");
    }
    return EvalDataset.Held.TEST;
  }

  /**
   * Learns one part and predicts the other.
   *
   * @param unseen whether clicks on items that were never learned are predicted, too, apart, where
   *     the session has not clicked them before
   */
  public static ProtocolRun ofStatic(EvalDataset dataset, boolean validation, boolean unseen) {
    List<EvalClick> learned = dataset.learned();
    List<EvalClick> held = dataset.held();
    if (held.isEmpty()) {
      List<List<EvalClick>> split = HistorySplits.lastSessions(learned, VALIDATION_SHARE);
      learned = split.getFirst();
      held = split.getLast();
    }
    Plan plan = HistorySplits.holdOut(learned, held, unseen);
    List<Prediction> counted = plan.predictions().subList(0, plan.counted());
    return new ProtocolRun(
        STATIC, validation, List.of(plan), HistorySplits.neverLearned(counted).size());
  }

  /**
   * Learns all but the last two of each session.
   *
   * @param minClicks of each session and each item, see {@link HistorySplits#core}
   * @throws IOException if no session has three clicks, or none has so many
   */
  public static ProtocolRun ofLeaveOneOut(EvalDataset dataset, boolean validation, int minClicks)
      throws IOException {
    Plan plan =
        HistorySplits.leaveOneOut(HistorySplits.core(dataset.learned(), minClicks), validation);
    if (plan.predictions().isEmpty()) {
      throw new IOException(
          dataset.name()
              + ": no session is left to be predicted, expected one of 3 clicks or more where each"
              + " session and item has "
              + minClicks
              + " or more");
    }
    return new ProtocolRun(LEAVE_ONE_OUT, validation, List.of(plan), 0);
  }

  /**
   * Learns window after window.
   *
   * @param after clicks that are only learned
   * @throws IOException if the dataset has no real times
   */
  public static ProtocolRun ofStream(
      EvalDataset dataset, List<String> readings, long windowMs, long liveBatchMs, int after)
      throws IOException {
    if (!dataset.timeScale().isEpoch()) {
      throw new IOException(
          dataset.name()
              + ": its timestamps are a running number, expected seconds or milliseconds since"
              + " 1970: without real times there are no windows to stream");
    }
    StreamSplit split = new StreamSplit(dataset.learned(), windowMs, liveBatchMs, after);
    return new ProtocolRun(STREAM, false, readings.stream().map(split::plan).toList(), 0);
  }
}
