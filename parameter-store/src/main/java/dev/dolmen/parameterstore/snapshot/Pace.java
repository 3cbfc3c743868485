package dev.dolmen.parameterstore.snapshot;

import java.io.IOException;

/** Slows down work on disk that can wait: called once a block, it may take its time. */
@FunctionalInterface
public interface Pace {
  /** As fast as it goes. */
  Pace FULL_SPEED = () -> {};

  /**
   * Called between two blocks.
   *
   * @throws IOException if the work is to end; nothing is changed then
   */
  void block() throws IOException;
}
