package dev.dolmen.trainer.catalog;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/** A number of each item by index. One writer; any thread reads at the same time. */
final class NumberColumn {
  private static final VarHandle NUMBERS =
      MethodHandles.arrayElementVarHandle(double[].class).withInvokeExactBehavior();

  private static final double[] NO_NUMBERS = {};

  private volatile double[] numbers = NO_NUMBERS;

  /** The number, NaN where there is none. Any thread, any index of 0 or more. */
  double get(int item) {
    double[] now = numbers;
    return item < now.length ? (double) NUMBERS.getOpaque(now, item) : Double.NaN;
  }

  /** NaN for none. Writer. */
  void set(int item, double number) {
    double[] now = numbers;
    if (item >= now.length) {
      if (Double.isNaN(number)) {
        return;
      }
      double[] longer = Arrays.copyOf(now, Math.max(item + 1, now.length + (now.length >> 1)));
      Arrays.fill(longer, now.length, longer.length, Double.NaN);
      longer[item] = number;
      numbers = longer;
    } else {
      NUMBERS.setOpaque(now, item, number);
    }
  }

  /** Bytes of the heap that it takes, about. Any thread. */
  long bytes() {
    return (long) Double.BYTES * numbers.length;
  }
}
