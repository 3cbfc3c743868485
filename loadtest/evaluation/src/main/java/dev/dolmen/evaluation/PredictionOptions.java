package dev.dolmen.evaluation;

import dev.dolmen.evaluation.options.ProtocolOptions;
import dev.dolmen.evaluation.protocol.EvalDataset;
import dev.dolmen.evaluation.protocol.ProtocolRun;
import dev.dolmen.evaluation.protocol.StreamSplit;
import dev.dolmen.server.cli.OptionCheck;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import picocli.CommandLine.Option;

/** Which part of a dataset is predicted, and in which readings. */
final class PredictionOptions {
  @Option(
      names = "--validation",
      description =
          "For tuning: predicts NAME.valid.inter, or the sessions in the last 10%% of the training"
              + " part; with leave-one-out the item before the last, with item-sets the split's"
              + " pairs for validation. The test part is not read; of item-sets its pairs are"
              + " removed from what is ranked.")
  private boolean validation;

  @Option(
      names = "--unseen",
      description =
          "With static: also predicts, apart and once more, clicks on items that were never"
              + " learned and that the session has not clicked before, when these have come into the"
              + " catalogue with their metadata.")
  private boolean unseen;

  @Option(
      names = "--min-clicks",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "With leave-one-out: users, or sessions, and items with fewer clicks go, until all that"
              + " are left have so many (the k-core of RecBole). Default: ${DEFAULT-VALUE}.")
  private int minClicks = 1;

  @Option(
      names = "--after",
      paramLabel = "N",
      description =
          "Of a stream: only windows that begin after the first N clicks are predicted; what comes"
              + " before is learned. For what tuning has not seen. Default: 0.")
  private int after;

  @Option(
      names = "--readings",
      split = ",",
      paramLabel = "NAME",
      description =
          "Of a stream: paper, strict and live, the first being the headline. Default: all.")
  private List<String> readings = StreamSplit.READINGS;

  /** Refuses what is not valid, or does not go with the protocol. */
  void check(ProtocolOptions protocol) {
    boolean stream = protocol.stream();
    OptionCheck.require(
        !stream || !validation, "--validation", true, "none with a stream: give --limit");
    OptionCheck.require(
        !protocol.newItems() || !validation, "--validation", true, "none with new-items");
    OptionCheck.require(
        !unseen || protocol.protocol().equals(ProtocolRun.STATIC),
        "--unseen",
        true,
        "none but with static");
    OptionCheck.require(minClicks >= 1, "--min-clicks", minClicks, "1 or more");
    OptionCheck.require(
        minClicks == 1 || protocol.protocol().equals(ProtocolRun.LEAVE_ONE_OUT),
        "--min-clicks",
        minClicks,
        "1: it is of leave-one-out");
    OptionCheck.require(after >= 0, "--after", after, "0 or more");
    OptionCheck.require(stream || after == 0, "--after", after, "0: it is of a stream");
    for (String reading : readings) {
      OptionCheck.require(
          StreamSplit.READINGS.contains(reading), "--readings", reading, StreamSplit.READINGS);
    }
  }

  /** Whether the part for tuning is predicted. */
  boolean validation() {
    return validation;
  }

  /**
   * The protocol on a dataset.
   *
   * @throws IOException if the dataset does not fit it
   */
  ProtocolRun run(EvalDataset dataset, ProtocolOptions protocol) throws IOException {
    if (protocol.protocol().equals(ProtocolRun.STATIC)) {
      return ProtocolRun.ofStatic(dataset, validation, unseen);
    }
    if (!protocol.stream()) {
      return ProtocolRun.ofLeaveOneOut(dataset, validation, minClicks);
    }
    int clicks = dataset.learned().size();
    OptionCheck.require(
        after < clicks, "--after", after, "less than the " + clicks + " clicks there are");
    return ProtocolRun.ofStream(
        dataset,
        List.copyOf(new LinkedHashSet<>(readings)),
        protocol.windowMs(),
        protocol.liveBatchMs(),
        after);
  }
}
