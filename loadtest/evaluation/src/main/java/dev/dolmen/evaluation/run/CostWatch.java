package dev.dolmen.evaluation.run;

import dev.dolmen.evaluation.model.EvalModel;

/** Measures a run of a model, from when it is made. One thread. */
final class CostWatch {
  private final PeakMemory memory;
  private final long heapBefore;
  private final long start;

  /** Starts; collects garbage first, so that the heap is what is held. */
  CostWatch(PeakMemory memory) {
    this.memory = memory;
    heapBefore = liveHeap();
    memory.begin();
    start = System.nanoTime();
  }

  /**
   * Ends.
   *
   * @param model as it stands when it has learned and answered everything
   * @param askSeconds of the time so far in which it answered
   */
  RunCost cost(EvalModel model, double askSeconds) {
    double seconds = (System.nanoTime() - start) / 1e9;
    long peak = memory.end();
    long held = Math.max(0, liveHeap() - heapBefore) + model.offHeapBytes();
    return new RunCost(Math.max(0, seconds - askSeconds), askSeconds, held, peak);
  }

  private long liveHeap() {
    if (!memory.watched()) {
      return 0;
    }
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }
}
