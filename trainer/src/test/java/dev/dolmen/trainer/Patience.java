package dev.dolmen.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/**
 * How tests wait for what has to come. Far longer than that takes, also on a machine that is busy
 * with much else: whether something is fast is for benchmarks to say.
 */
public final class Patience {
  /** After this long it does not come any more. */
  public static final Duration FAR = Duration.ofMinutes(5);

  private static final long POLL_MS = 5;

  private Patience() {}

  /** Waits until a condition holds; fails if that does not come to be. */
  public static void await(String what, BooleanSupplier holds) throws InterruptedException {
    long end = System.nanoTime() + FAR.toNanos();
    while (!holds.getAsBoolean()) {
      assertThat(System.nanoTime()).as(what).isLessThan(end);
      Thread.sleep(POLL_MS);
    }
  }
}
