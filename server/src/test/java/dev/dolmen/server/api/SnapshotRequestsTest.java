package dev.dolmen.server.api;

import static dev.dolmen.server.api.SnapshotRequests.APART_NANOS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolmen.trainer.snapshot.SnapshotInfo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How many snapshots are taken for how many who ask, by a clock that moves when somebody waits. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // Else it waits for ever.
class SnapshotRequestsTest {
  private final AtomicLong clock = new AtomicLong(-APART_NANOS);
  private final AtomicInteger taken = new AtomicInteger();
  private final Semaphore begun = new Semaphore(0);
  private final Semaphore mayEnd = new Semaphore(0);
  private final List<Long> waits = new ArrayList<>();
  private volatile boolean fails;

  private final SnapshotRequests requests =
      new SnapshotRequests(
          this::take,
          clock::get,
          nanos -> {
            waits.add(nanos);
            clock.addAndGet(nanos);
          });

  private SnapshotInfo take() throws IOException, InterruptedException {
    int number = taken.incrementAndGet();
    begun.release();
    mayEnd.acquire();
    if (fails) {
      throw new IOException("full");
    }
    return new SnapshotInfo("snapshot" + number, null, number, number, 1, 1, 1, 1, Path.of("none"));
  }

  private CompletableFuture<String> ask() {
    CompletableFuture<String> id = new CompletableFuture<>();
    Thread.startVirtualThread(() -> {
      try {
        id.complete(requests.take().id());
      } catch (IOException | InterruptedException e) {
        id.completeExceptionally(e);
      }
    });
    return id;
  }

  @Test
  void whoAsksWhileOneIsTakenGetsTheNextAndAllOfThemTheSame() throws Exception {
    CompletableFuture<String> first = ask();
    begun.acquire();
    List<CompletableFuture<String>> later = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      later.add(ask());
    }
    while (requests.waiting() < 50) {
      LockSupport.parkNanos(100_000);
    }
    mayEnd.release(2);
    assertThat(first.get(30, TimeUnit.SECONDS)).isEqualTo("snapshot1");
    for (CompletableFuture<String> each : later) {
      assertThat(each.get(30, TimeUnit.SECONDS)).isEqualTo("snapshot2");
    }
    assertThat(taken).hasValue(2);
    assertThat(waits).containsExactly(APART_NANOS);
  }

  @Test
  void twoAreApartUnlessTimeHasPassed() throws Exception {
    mayEnd.release(4);
    for (int i = 0; i < 3; i++) {
      ask().get(30, TimeUnit.SECONDS);
    }
    assertThat(waits).containsExactly(APART_NANOS, APART_NANOS);
    clock.addAndGet(APART_NANOS);
    assertThat(ask().get(30, TimeUnit.SECONDS)).isEqualTo("snapshot4");
    assertThat(waits).hasSize(2);
  }

  @Test
  void oneThatFailsIsToldAndTheNextIsTaken() throws Exception {
    fails = true;
    mayEnd.release(2);
    assertThatThrownBy(() -> ask().get(30, TimeUnit.SECONDS)).hasRootCauseMessage("full");
    fails = false;
    assertThat(ask().get(30, TimeUnit.SECONDS)).isEqualTo("snapshot2");
  }
}
