package dev.dolmen.traffic.generator;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Counters and latencies of one kind of call while it is being made. Any thread. */
final class CallFigures {
  private final LongAdder sent = new LongAdder();
  private final LongAdder answered = new LongAdder();
  private final LongAdder notSent = new LongAdder();
  private final Map<String, LongAdder> errors = new ConcurrentHashMap<>();
  private final LatencyRecorder latency = new LatencyRecorder();

  void sent() {
    sent.increment();
  }

  void notSent() {
    notSent.increment();
  }

  void answered(long nanos) {
    answered.increment();
    latency.recordNanos(nanos);
  }

  /**
   * Counts a failure.
   *
   * @param status name of the gRPC status, or of the acknowledgement's
   */
  void failed(String status) {
    errors.computeIfAbsent(status, s -> new LongAdder()).increment();
  }

  LoadResult.Kind figures() {
    Map<String, Long> failed = new TreeMap<>();
    errors.forEach((status, n) -> failed.put(status, n.sum()));
    return new LoadResult.Kind(sent.sum(), answered.sum(), notSent.sum(), failed, latency.total());
  }
}
