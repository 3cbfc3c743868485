package dev.dolmen.traffic.drill.cluster;

import dev.dolmen.server.cli.DolmenCommand;
import java.time.Duration;
import java.time.InstantSource;

/** The main of a {@code dolmen serve} whose clock is an hour ahead of the machine's. */
final class ServerAhead {
  static final Duration AHEAD = Duration.ofHours(1);

  private ServerAhead() {}

  /** Takes what the program takes. */
  public static void main(String[] arguments) {
    InstantSource machine = InstantSource.system();
    System.exit(DolmenCommand.serving(() -> machine.instant().plus(AHEAD)).execute(arguments));
  }
}
