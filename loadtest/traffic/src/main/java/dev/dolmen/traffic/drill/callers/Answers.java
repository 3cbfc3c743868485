package dev.dolmen.traffic.drill.callers;

import dev.dolmen.traffic.generator.LatencyRecorder;
import java.util.concurrent.atomic.LongAdder;

/** What became of one kind of call of the good client, between its beginning and its end. */
final class Answers {
  private final LongAdder asked = new LongAdder();
  private final LongAdder answered = new LongAdder();
  private final LatencyRecorder latency = new LatencyRecorder();

  /** Counts a call when it is meant to be sent. */
  void ask() {
    asked.increment();
  }

  /** Counts an answer within the deadline. */
  void answer(long latencyNanos) {
    answered.increment();
    latency.recordNanos(latencyNanos);
  }

  long asked() {
    return asked.sum();
  }

  /** Answered within the deadline, of those asked; 0 if none was asked. */
  double share() {
    return asked() == 0 ? 0 : (double) answered.sum() / asked();
  }

  /** Of the answers, in milliseconds; NaN without one. */
  double p99Ms() {
    return LatencyRecorder.millis(latency.total(), 99);
  }
}
