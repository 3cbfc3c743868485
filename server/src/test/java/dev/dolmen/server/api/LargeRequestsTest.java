package dev.dolmen.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LargeRequestsTest {
  @Test
  void soManyAtATimeAndAllInTheEnd() throws Exception {
    LargeRequests large = new LargeRequests(2);
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CountDownLatch two = new CountDownLatch(2);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Integer>> answers = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        int number = i;
        answers.add(
            threads.submit(() ->
                large.inTurn(() -> {
                  most.accumulateAndGet(running.incrementAndGet(), Math::max);
                  two.countDown();
                  await(two);
                  running.decrementAndGet();
                  return number;
                })));
      }
      for (int i = 0; i < 20; i++) {
        assertThat(answers.get(i).get(1, TimeUnit.MINUTES)).isEqualTo(i);
      }
    }
    assertThat(most).hasValue(2);
  }

  @Test
  void aFailureGivesTheTurnBack() {
    LargeRequests large = new LargeRequests(1);
    for (int i = 0; i < 2; i++) {
      try {
        large.inTurn(() -> {
          throw new IllegalStateException("as it should");
        });
      } catch (IllegalStateException e) {
        assertThat(e).hasMessage("as it should");
      }
    }
    assertThat(large.inTurn(() -> 1)).isEqualTo(1);
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(1, TimeUnit.MINUTES)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
