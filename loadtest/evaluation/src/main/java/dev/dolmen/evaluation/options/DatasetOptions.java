package dev.dolmen.evaluation.options;

import dev.dolmen.server.cli.ImportFlags;
import dev.dolmen.server.cli.OptionCheck;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.server.data.ImportOptions;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which dataset is read, and how much of it. */
public final class DatasetOptions {
  @Option(
      names = "--data",
      required = true,
      paramLabel = "DIR",
      description = "Folder of a dataset in RecBole's atomic files.")
  private Path data = Path.of("");

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "Only the first N clicks of each file.")
  private long limit = Long.MAX_VALUE;

  @Mixin private ImportFlags flags = new ImportFlags();

  /** Refuses what is not valid. */
  public void check() {
    OptionCheck.require(limit >= 1, "--limit", limit, "1 or more");
  }

  /** Refuses a limit where all of a dataset is needed. */
  public void checkWhole(String protocol) {
    OptionCheck.require(
        limit == Long.MAX_VALUE, "--limit", limit, "none with " + protocol + ", which needs all");
  }

  /** Where the dataset is. */
  public Path folder() {
    return data;
  }

  /** Clicks that are read at most, of each file. */
  public long limit() {
    return limit;
  }

  /**
   * How its files are read.
   *
   * @param config of the server that is to learn them; null for the shipped bounds
   */
  public ImportOptions files(@Nullable DolmenConfig config) {
    return flags.options(config);
  }

  /** What tables and drawings call it: the name of its folder. */
  public String title() {
    return String.valueOf(data.toAbsolutePath().normalize().getFileName());
  }
}
