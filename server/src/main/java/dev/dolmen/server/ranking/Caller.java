package dev.dolmen.server.ranking;

/**
 * Who waits for an answer. Asked between the steps of a computation, on the thread that computes,
 * so that nothing more is computed for somebody who has gone.
 */
@FunctionalInterface
public interface Caller {
  /** Somebody who waits for as long as it takes. */
  Caller PATIENT = () -> {};

  /**
   * Returns while the answer is waited for.
   *
   * @throws RuntimeException that says why it is not any more
   */
  void checkWaiting();
}
