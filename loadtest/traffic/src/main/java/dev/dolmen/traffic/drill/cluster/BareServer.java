package dev.dolmen.traffic.drill.cluster;

import java.io.IOException;

/** A server that has nothing to begin with but what the store of snapshots and the log hold. */
interface BareServer {
  /** Its name, for messages. */
  String name();

  /** Ends it and starts it again, and waits for nothing. */
  void beginAgain() throws IOException, InterruptedException;

  /**
   * Batches that it holds when it takes feedback.
   *
   * @throws IOException if that does not come to be
   */
  long awaitBatches() throws IOException, InterruptedException;

  /**
   * Checks that it has said something since it began again.
   *
   * @throws IOException if it has not, with what it has said
   */
  void requireSaid(String text) throws IOException;
}
