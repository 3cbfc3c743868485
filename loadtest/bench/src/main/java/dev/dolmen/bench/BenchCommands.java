package dev.dolmen.bench;

import dev.dolmen.server.cli.SubcommandProvider;
import java.util.List;

/** The commands that measure Dolmen beside its peers. */
public final class BenchCommands implements SubcommandProvider {
  @Override
  public List<Object> subcommands() {
    return List.of(new BenchCommand());
  }
}
