package dev.dolmen.trainer.state;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A step of a start: as long as it goes on, the log says every two seconds how far it is. One that
 * takes less is not spoken of.
 */
public final class SlowStep implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SlowStep.class);
  private static final int EVERY_SEC = 2;

  private final CountDownLatch done = new CountDownLatch(1);

  private SlowStep() {}

  /**
   * Begins it.
   *
   * @param what is done, for people
   * @param far how far it is, for people; any thread
   */
  public static SlowStep begin(String what, Supplier<String> far) {
    SlowStep step = new SlowStep();
    Thread.ofVirtual().name("slow-step").start(() -> step.say(what, far));
    return step;
  }

  private void say(String what, Supplier<String> far) {
    try {
      for (int sec = EVERY_SEC; !done.await(EVERY_SEC, TimeUnit.SECONDS); sec += EVERY_SEC) {
        LOG.info("{} for {} s: {}", what, sec, far.get());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends it. */
  @Override
  public void close() {
    done.countDown();
  }
}
