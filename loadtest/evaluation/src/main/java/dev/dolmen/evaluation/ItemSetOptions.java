package dev.dolmen.evaluation;

import dev.dolmen.evaluation.itemsets.ItemSetSettings;
import dev.dolmen.evaluation.options.ProtocolOptions;
import dev.dolmen.server.cli.OptionCheck;
import picocli.CommandLine.Option;

/** What the protocol about sets of items asks. */
final class ItemSetOptions {
  private static final String SPLIT = "gar";
  private static final int SEEN = 20;
  private static final int SEEN_MAX = 1_000;

  @Option(
      names = "--split",
      paramLabel = "NAME",
      defaultValue = SPLIT,
      description =
          "Of item-sets: files splits/NAME-of-the-dataset.NAME.PART.inter are read."
              + " Default: ${DEFAULT-VALUE}.")
  private String split = SPLIT;

  @Option(
      names = "--seen",
      paramLabel = "N",
      defaultValue = "20",
      description =
          "Of item-sets: items of a user that a question brings along at most, 1 to 1000."
              + " Default: ${DEFAULT-VALUE}.")
  private int seen = SEEN;

  @Option(
      names = "--order-seed",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Of item-sets: seed of the order in which users and their items are learned."
              + " Default: ${DEFAULT-VALUE}.")
  private long orderSeed = 1;

  /** Refuses what is not valid. */
  void check(ProtocolOptions protocol) {
    OptionCheck.require(seen >= 1 && seen <= SEEN_MAX, "--seen", seen, "1 to " + SEEN_MAX);
    OptionCheck.require(
        split.matches("[A-Za-z0-9_-]+"), "--split", split, "letters, digits, _ and -");
    boolean given = !split.equals(SPLIT) || seen != SEEN || orderSeed != 1;
    OptionCheck.require(
        protocol.itemSets() || !given,
        "--protocol",
        protocol.protocol(),
        "item-sets, which --split, --seen and --order-seed are of");
  }

  ItemSetSettings settings(boolean validation) {
    return new ItemSetSettings(split, validation, seen, orderSeed);
  }
}
