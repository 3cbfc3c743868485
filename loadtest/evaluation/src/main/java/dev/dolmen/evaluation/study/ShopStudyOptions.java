package dev.dolmen.evaluation.study;

import dev.dolmen.evaluation.options.ConfigOption;
import dev.dolmen.server.cli.OptionCheck;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.traffic.demo.ShopEvents;
import dev.dolmen.trainer.EngineOptions;
import dev.dolmen.trainer.alternatives.RankingOptions;
import java.nio.file.Path;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** In which of the demo's shops a study is made, and with which engine. */
final class ShopStudyOptions {
  @Option(
      names = "--seeds",
      paramLabel = "N",
      description =
          "Shops, each with its own products, visitors and model, from --seed on. Default:"
              + " ${DEFAULT-VALUE}.")
  private int seeds;

  @Option(names = "--seed", paramLabel = "S", description = "The first. Default: ${DEFAULT-VALUE}.")
  private long seed = 1;

  @Mixin private ConfigOption config = new ConfigOption();

  /**
   * @param seeds by default
   */
  ShopStudyOptions(int seeds) {
    this.seeds = seeds;
  }

  void check() {
    OptionCheck.require(seeds >= 1 && seeds <= 100, "--seeds", seeds, "1 to 100");
  }

  /** How many shops. */
  int seeds() {
    return seeds;
  }

  /** Seed of one of them, from 0 on. */
  long seed(int shop) {
    return seed + shop;
  }

  /** With the shop's schema, in whatever else as configured. */
  EngineOptions engine() {
    DolmenConfig named = config.read();
    DolmenConfig used =
        named == null ? DolmenConfig.defaults(Path.of(""), ShopEvents.schema()) : named;
    return used.engine()
        .with(e -> e.schema(ShopEvents.schema()).ranking(RankingOptions.defaults()));
  }
}
