package dev.dolmen.trainer.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.v1.Impression;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The thread that logs impressions survives what it did not expect, and closing ends in any case.
 */
@Timeout(value = 1, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ImpressionQueueTest {
  private static Impression impression(int number) {
    return Impression.newBuilder().setRequestId("r" + number).build();
  }

  @Test
  void oneThatCannotBeLoggedDoesNotEndTheThread() {
    ConcurrentLinkedQueue<String> logged = new ConcurrentLinkedQueue<>();
    ImpressionQueue queue =
        new ImpressionQueue(
            16,
            impression -> {
              String id = impression.getRequestId();
              switch (id) {
                case "r1" -> throw new IllegalStateException("the log's file cannot be opened");
                case "r2" -> throw new NoClassDefFoundError("no file descriptor for its jar");
                default -> logged.add(id);
              }
            });
    for (int i = 0; i < 5; i++) {
      queue.offer(impression(i));
    }
    queue.close();
    assertThat(logged).containsExactly("r0", "r3", "r4");
    assertThat(queue.dropped()).isEqualTo(2);
  }

  @Test
  void closingEndsAlthoughTheThreadHasDiedBeforeAFullQueue() {
    ImpressionQueue queue =
        new ImpressionQueue(
            2,
            impression -> {
              throw new StackOverflowError("nothing survives this");
            });
    for (int i = 0; i < 10; i++) {
      queue.offer(impression(i));
    }
    queue.close();
    queue.offer(impression(11));
    assertThat(queue.dropped()).isPositive();
  }
}
