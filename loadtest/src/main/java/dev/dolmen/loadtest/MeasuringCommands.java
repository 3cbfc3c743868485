package dev.dolmen.loadtest;

import dev.dolmen.loadtest.bench.BenchCommand;
import dev.dolmen.loadtest.demo.DemoCommand;
import dev.dolmen.loadtest.drill.DrillCommand;
import dev.dolmen.loadtest.eval.EvalCommand;
import dev.dolmen.loadtest.experiment.ExperimentCommand;
import dev.dolmen.loadtest.generator.LoadCommand;
import dev.dolmen.loadtest.replay.ReplayCommand;
import dev.dolmen.loadtest.replay.SchemaCommand;
import dev.dolmen.loadtest.tune.TuneCommand;
import dev.dolmen.server.cli.SubcommandProvider;
import java.util.List;

/** The commands that measure. */
public final class MeasuringCommands implements SubcommandProvider {
  @Override
  public List<Object> subcommands() {
    return List.of(
        new DemoCommand(),
        new ReplayCommand(),
        new EvalCommand(),
        new TuneCommand(),
        new LoadCommand(),
        new BenchCommand(),
        new ExperimentCommand(),
        new DrillCommand());
  }

  @Override
  public List<Object> configSubcommands() {
    return List.of(new SchemaCommand());
  }
}
