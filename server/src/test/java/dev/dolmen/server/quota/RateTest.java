package dev.dolmen.server.quota;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RateTest {
  private static final long SECOND = 1_000_000_000;

  /** Monotonic time begins anywhere, also shortly before it overflows. */
  private static final long[] STARTS = {0, -5 * SECOND, Long.MAX_VALUE - SECOND, Long.MIN_VALUE};

  /** What a bucket is, said slowly: tokens that come with time, up to a burst, and may be owed. */
  private static final class Bucket {
    private final double perSecond;
    private final double most;
    private double tokens;
    private long elapsed;

    Bucket(double perSecond, double burstSec) {
      this.perSecond = perSecond;
      most = Math.max(1, perSecond * burstSec);
      tokens = most;
    }

    double waitNanos(long elapsedNow) {
      tokens = Math.min(most, tokens + perSecond * (elapsedNow - elapsed) / SECOND);
      elapsed = elapsedNow;
      return Math.max(0, (1 - tokens) / perSecond * SECOND);
    }

    void take(long n) {
      tokens -= n;
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 10", "3, 1000", "7, 3000", "1000, 500", "1000000, 1000", "1000000000, 100"})
  void itIsABucketOfTokens(long perSecond, long burstMs) {
    for (long start : STARTS) {
      Random random = new Random(perSecond);
      Rate rate = new Rate(perSecond, Duration.ofMillis(burstMs), start);
      Bucket bucket = new Bucket(perSecond, burstMs / 1e3);
      long elapsed = 0;
      int refused = 0;
      for (int i = 0; i < 2_000; i++) {
        elapsed += (long) (random.nextDouble() * 4 * SECOND / perSecond) + random.nextInt(2_000);
        long tokens = 1L + random.nextInt(4);
        double expected = bucket.waitNanos(elapsed);
        // Rounded up to whole nanoseconds at each step.
        if (expected > 0 && expected < 5_000) {
          elapsed += 10_000;
          expected = bucket.waitNanos(elapsed);
        }
        long wait = rate.take(tokens, start + elapsed);
        assertThat((double) wait).isBetween(expected - 5_000, expected + 5_000);
        if (wait == 0) {
          bucket.take(tokens);
        } else {
          refused++;
        }
      }
      if (perSecond < 1_000_000) { // At more, tokens come faster than they are asked for here.
        assertThat(refused).isBetween(100, 1_900);
      }
    }
  }

  @Test
  void whatIsOwedIsPaidBeforeAnythingElseIsLetIn() {
    Rate rate = new Rate(10, Duration.ofSeconds(1), 0);
    assertThat(rate.take(100, 0)).isZero();
    // 90 are owed, and one must be left: 9.1 seconds.
    assertThat(rate.take(1, 0)).isEqualTo(9_100_000_000L);
    assertThat(rate.take(1, 9_099_999_999L)).isEqualTo(1);
    assertThat(rate.take(1, 9_100_000_000L)).isZero();
    rate.charge(5, 9_100_000_000L);
    assertThat(rate.waitNanos(9_100_000_000L)).isEqualTo(600_000_000L);
  }

  @Test
  void nobodyIsShutOutForEver() {
    Rate rate = new Rate(1, Duration.ofSeconds(1), 0);
    for (int i = 0; i < 5; i++) {
      rate.charge(Long.MAX_VALUE, 0);
    }
    assertThat(rate.waitNanos(0)).isEqualTo(Duration.ofDays(1).plusSeconds(1).toNanos());
  }

  @Test
  void withoutABoundNothingWaits() {
    Rate rate = new Rate(0, Duration.ofSeconds(1), 0);
    rate.charge(Long.MAX_VALUE, 0);
    assertThat(rate.take(Long.MAX_VALUE, 0)).isZero();
    assertThat(rate.isFull(0)).isTrue();
  }

  @Test
  void threadsTogetherTakeNoMoreThanThereIs() throws Exception {
    Rate rate = new Rate(1_000, Duration.ofSeconds(10), 0);
    AtomicLong taken = new AtomicLong();
    Callable<Void> taker =
        () -> {
          for (int i = 0; i < 10_000; i++) {
            if (rate.take(1, 0) == 0) {
              taken.incrementAndGet();
            }
          }
          return null;
        };
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Callable<Void>> takers = IntStream.range(0, 4).mapToObj(i -> taker).toList();
      for (Future<Void> done : threads.invokeAll(takers)) {
        done.get();
      }
    }
    assertThat(taken).hasValue(10_000);
  }
}
