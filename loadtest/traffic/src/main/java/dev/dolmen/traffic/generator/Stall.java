package dev.dolmen.traffic.generator;

import java.io.IOException;
import java.time.Duration;

/** Notices that something which should go on has stopped. One thread. */
public final class Stall {
  private final Duration atMost;
  private long progress = Long.MIN_VALUE;
  private long sinceNanos = System.nanoTime();

  /**
   * @param atMost how long it may stand still
   */
  public Stall(Duration atMost) {
    this.atMost = atMost;
  }

  /**
   * Takes note of how far it has got.
   *
   * @param waiting what is waited for
   * @throws IOException if that has been the same for too long
   */
  public void check(long now, String waiting) throws IOException {
    if (now != progress) {
      progress = now;
      sinceNanos = System.nanoTime();
    } else if (System.nanoTime() - sinceNanos > atMost.toNanos()) {
      throw new IOException(
          "the server stands still: " + waiting + ", and nothing has moved for " + atMost);
    }
  }
}
