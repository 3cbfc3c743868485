package dev.dolmen.evaluation;

import dev.dolmen.evaluation.newitems.NewItemSettings;
import dev.dolmen.evaluation.options.ProtocolOptions;
import dev.dolmen.server.cli.OptionCheck;
import java.util.List;
import picocli.CommandLine.Option;

/** What the protocol about new items asks. */
final class NewItemOptions {
  private static final int SPLITS_MAX = 100;

  @Option(
      names = "--parts",
      split = ",",
      paramLabel = "NAME",
      description = "Of new-items: time-split, held-out and stream. Default: all.")
  private List<String> parts = NewItemSettings.PARTS;

  @Option(
      names = "--history",
      paramLabel = "SHARE",
      description =
          "Of new-items: the first clicks that are learned where it is not a stream, more than 0"
              + " and less than 1. Default: ${DEFAULT-VALUE}.")
  private double history = 0.9;

  @Option(
      names = "--splits",
      paramLabel = "N",
      description =
          "Of new-items: times that a fifth of the items is held out, with seeds from 1 on; 1 to"
              + " 100. Default: ${DEFAULT-VALUE}.")
  private int splits = 3;

  /** Refuses what is not valid. */
  void check(ProtocolOptions protocol) {
    OptionCheck.require(
        history > 0 && history < 1, "--history", history, "more than 0 and less than 1");
    OptionCheck.require(splits >= 1 && splits <= SPLITS_MAX, "--splits", splits, "1 to 100");
    for (String part : parts) {
      OptionCheck.require(
          NewItemSettings.PARTS.contains(part), "--parts", part, NewItemSettings.PARTS);
    }
    boolean given = history != 0.9 || splits != 3 || !parts.equals(NewItemSettings.PARTS);
    OptionCheck.require(
        protocol.newItems() || !given,
        "--protocol",
        protocol.protocol(),
        "new-items, which --parts, --history and --splits are of");
  }

  NewItemSettings settings() {
    return new NewItemSettings(List.copyOf(parts), history, splits);
  }
}
