package dev.dolmen.server.budget;

import dev.dolmen.server.trace.CallTrace;

/**
 * Who waits for an answer. Asked between the steps of a computation, on the thread that computes,
 * so that nothing more is computed for somebody who has gone.
 */
@FunctionalInterface
public interface Caller {
  /** Somebody who waits for as long as it takes. */
  Caller PATIENT = () -> {};

  /** Short steps, of some microseconds at most, after which is asked. */
  int STEPS = 256;

  /**
   * Returns while the answer is waited for.
   *
   * @throws RuntimeException that says why it is not any more
   */
  void checkWaiting();

  /** What its call tells of itself. */
  default CallTrace trace() {
    return CallTrace.NONE;
  }

  /** The same at every {@link #STEPS}th step of a loop whose steps are short. */
  default void checkEvery(int step) {
    if (step % STEPS == 0) {
      checkWaiting();
    }
  }
}
