package dev.dolmen.server.budget;

import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the turns that a thread of {@link FairThreads} takes one after another leave to it, to be
 * done once for all of them. One thread has one.
 */
public final class Together {
  private static final Logger LOG = LoggerFactory.getLogger(Together.class);
  private static final ThreadLocal<Together> OF_THREAD = new ThreadLocal<>();

  /** Steps that were left, each once. */
  private final List<Runnable> steps = new ArrayList<>();

  private boolean leaves;

  private Together() {}

  /** Makes this thread one whose turns can leave steps. */
  static Together ofThread() {
    Together together = new Together();
    OF_THREAD.set(together);
    return together;
  }

  /**
   * Leaves a step until the thread's turns that share it have been taken; a step that is left again
   * until then is done once. On a thread that takes no turns it is done at once.
   *
   * @param step throws nothing that concerns one turn alone
   */
  public static void leave(Runnable step) {
    Together together = OF_THREAD.get();
    if (together == null) {
      step.run();
      return;
    }
    together.leaves = true;
    if (!together.steps.contains(step)) {
      together.steps.add(step);
    }
  }

  /**
   * Takes a turn; one that fails ends nothing but itself.
   *
   * @return whether it has left a step
   */
  boolean leaves(Runnable turn) {
    leaves = false;
    run(turn);
    return leaves;
  }

  /** Does the steps that were left. */
  void doLeft() {
    for (int i = 0; i < steps.size(); i++) {
      run(steps.get(i));
    }
    steps.clear();
  }

  private static void run(Runnable work) {
    try {
      work.run();
    } catch (RuntimeException | Error e) {
      LOG.error("a turn failed", e);
    }
  }
}
