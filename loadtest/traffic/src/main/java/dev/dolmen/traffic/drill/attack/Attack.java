package dev.dolmen.traffic.drill.attack;

import java.io.IOException;

/** Something that callers do to a server. */
@FunctionalInterface
public interface Attack {
  /**
   * Sets off what goes on, on threads of the run, until that is closed; returns soon.
   *
   * @throws IOException if what has to be done before cannot be done
   */
  void start(AttackRun run) throws IOException, InterruptedException;
}
