package dev.dolmen.server.cli;

import java.util.List;

/**
 * Adds commands to {@code dolmen}. Found by {@link java.util.ServiceLoader}, so that the commands
 * that measure live in a module that nothing depends on.
 */
public interface SubcommandProvider {
  /** Instances of classes that picocli knows as commands. */
  List<Object> subcommands();

  /** More of them, for below {@code dolmen config}. */
  default List<Object> configSubcommands() {
    return List.of();
  }
}
