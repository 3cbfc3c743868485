package dev.dolmen.traffic;

import dev.dolmen.server.cli.SubcommandProvider;
import dev.dolmen.traffic.demo.DemoCommand;
import dev.dolmen.traffic.drill.DrillCommand;
import dev.dolmen.traffic.generator.LoadCommand;
import dev.dolmen.traffic.replay.ReplayCommand;
import dev.dolmen.traffic.replay.SchemaCommand;
import java.util.List;

/** The commands that send traffic to a server. */
public final class TrafficCommands implements SubcommandProvider {
  @Override
  public List<Object> subcommands() {
    return List.of(new DemoCommand(), new ReplayCommand(), new LoadCommand(), new DrillCommand());
  }

  @Override
  public List<Object> configSubcommands() {
    return List.of(new SchemaCommand());
  }
}
