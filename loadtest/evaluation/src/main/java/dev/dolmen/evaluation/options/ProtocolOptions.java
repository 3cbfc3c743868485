package dev.dolmen.evaluation.options;

import dev.dolmen.evaluation.protocol.ProtocolRun;
import dev.dolmen.server.cli.OptionCheck;
import java.util.List;
import picocli.CommandLine.Option;

/** By which protocol a dataset is learned and predicted, and how sure figures are. */
public final class ProtocolOptions {
  @Option(
      names = "--protocol",
      paramLabel = "NAME",
      defaultValue = "static",
      description =
          "static, leave-one-out, stream, new-items or item-sets. Default: ${DEFAULT-VALUE}.")
  private String protocol = "static";

  @Option(
      names = "--window",
      paramLabel = "DURATION",
      defaultValue = "1h",
      description = "Of a stream. Default: ${DEFAULT-VALUE}.")
  private String window = "1h";

  @Option(
      names = "--live-batch",
      paramLabel = "DURATION",
      defaultValue = "10s",
      description =
          "Event time after which Dolmen has learned what was clicked, in the reading live;"
              + " baselines know a click at once. Default: ${DEFAULT-VALUE}.")
  private String liveBatch = "10s";

  @Option(
      names = "--interval-seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Seed of the intervals. Default: ${DEFAULT-VALUE}.")
  private long intervalSeed = 1;

  /**
   * Refuses what is not valid.
   *
   * @param protocols those that the command can do
   */
  public void check(List<String> protocols) {
    OptionCheck.require(protocols.contains(protocol), "--protocol", protocol, protocols);
    windowMs();
    liveBatchMs();
  }

  /** One of those that {@link #check} got, if it is valid. */
  public String protocol() {
    return protocol;
  }

  /** Whether clicks are learned in event time, each once. */
  public boolean stream() {
    return protocol.equals(ProtocolRun.STREAM);
  }

  /** Whether it is about items that nobody has clicked. */
  public boolean newItems() {
    return protocol.equals(ProtocolRun.NEW_ITEMS);
  }

  /** Whether it is about sets of items, which have no order. */
  public boolean itemSets() {
    return protocol.equals(ProtocolRun.ITEM_SETS);
  }

  /** Length of a window of a stream. */
  public long windowMs() {
    return OptionCheck.durationMs("--window", window);
  }

  /** Event time within which what is learned live comes into effect. */
  public long liveBatchMs() {
    return OptionCheck.durationMs("--live-batch", liveBatch);
  }

  /** Seed of the intervals of confidence. */
  public long intervalSeed() {
    return intervalSeed;
  }
}
