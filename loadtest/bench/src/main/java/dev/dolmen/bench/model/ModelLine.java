package dev.dolmen.bench.model;

import org.jspecify.annotations.Nullable;

/**
 * One measured figure. What a line does not have is null.
 *
 * @param op encode, train, product, transposed_b, transposed_a, or scan
 * @param shape what it was measured on, such as {@code d64 l20 b1}
 * @param by dolmen, djl or onnxruntime
 * @param us microseconds of one call, median over the rounds
 * @param allocatedBytes on the heap by one call
 * @param error of the peer's output against ours, in norm, relative
 * @param gflops 10⁹ floating-point operations a second
 * @param shareOfPeak {@code gflops} over the measured peak of fused multiply-adds
 * @param gbPerSecond 10⁹ bytes of item vectors passed a second
 */
record ModelLine(
    String op,
    String shape,
    String by,
    double us,
    @Nullable Double allocatedBytes,
    @Nullable Double error,
    @Nullable Double gflops,
    @Nullable Double shareOfPeak,
    @Nullable Double gbPerSecond) {
  static final String DOLMEN = "dolmen";
  static final String DJL = "djl";
  static final String ONNX_RUNTIME = "onnxruntime";

  /** A line of time alone. */
  static ModelLine timed(String op, String shape, String by, Rounds.Figure figure) {
    return new ModelLine(
        op, shape, by, figure.us(), figure.allocatedBytes(), null, null, null, null);
  }

  /** The same with the error against ours. */
  ModelLine withError(double relative) {
    return new ModelLine(
        op, shape, by, us, allocatedBytes, relative, gflops, shareOfPeak, gbPerSecond);
  }

  /** The same with the speed that so many operations in a call make. */
  ModelLine withOperations(double operations, double peakGflops) {
    double speed = operations / us / 1e3;
    return new ModelLine(
        op, shape, by, us, allocatedBytes, error, speed, speed / peakGflops, gbPerSecond);
  }

  /** The same with the speed that so many bytes in a call make. */
  ModelLine withBytes(double bytes) {
    return new ModelLine(
        op, shape, by, us, allocatedBytes, error, gflops, shareOfPeak, bytes / us / 1e3);
  }

  boolean samePoint(ModelLine other) {
    return op.equals(other.op) && shape.equals(other.shape);
  }
}
