package dev.dolmen.evaluation;

import dev.dolmen.evaluation.study.ExperimentCommand;
import dev.dolmen.evaluation.tune.TuneCommand;
import dev.dolmen.server.cli.SubcommandProvider;
import java.util.List;

/** The commands that compare. */
public final class EvaluationCommands implements SubcommandProvider {
  @Override
  public List<Object> subcommands() {
    return List.of(new EvalCommand(), new TuneCommand(), new ExperimentCommand());
  }
}
