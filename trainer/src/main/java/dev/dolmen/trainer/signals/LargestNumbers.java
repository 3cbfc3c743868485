package dev.dolmen.trainer.signals;

/** Finds the k-th largest of distinct numbers: quickselect, with the middle of three as pivot. */
public final class LargestNumbers {
  private LargestNumbers() {}

  /**
   * The k-th largest.
   *
   * @param numbers [size], reordered
   * @param k from 1 to {@code size}
   */
  public static long kth(long[] numbers, int size, int k) {
    int low = 0;
    int high = size - 1;
    int wanted = size - k;
    while (low < high) {
      long pivot = middle(numbers[low], numbers[(low + high) >>> 1], numbers[high]);
      int i = low;
      int j = high;
      while (i <= j) {
        while (numbers[i] < pivot) {
          i++;
        }
        while (numbers[j] > pivot) {
          j--;
        }
        if (i <= j) {
          long swapped = numbers[i];
          numbers[i++] = numbers[j];
          numbers[j--] = swapped;
        }
      }
      if (wanted <= j) {
        high = j;
      } else if (wanted >= i) {
        low = i;
      } else {
        return numbers[wanted];
      }
    }
    return numbers[wanted];
  }

  private static long middle(long a, long b, long c) {
    return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
  }
}
