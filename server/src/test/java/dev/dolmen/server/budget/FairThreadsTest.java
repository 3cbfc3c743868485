package dev.dolmen.server.budget;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who is next, with one thread and a clock that goes on by what a turn costs. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // Else it waits for ever.
class FairThreadsTest {
  private static final long MILLI = 1_000_000;

  private final AtomicLong clock = new AtomicLong();
  private FairThreads threads = threads(Duration.ofMillis(10));
  private final List<String> done = Collections.synchronizedList(new ArrayList<>());
  private final List<String> ended = Collections.synchronizedList(new ArrayList<>());
  private final Set<String> gone = ConcurrentHashMap.newKeySet();
  private final List<String> refused = Collections.synchronizedList(new ArrayList<>());
  private CountDownLatch gate = new CountDownLatch(1);

  /** Turns that were taken. */
  private int offered;

  @AfterEach
  void close() {
    gate.countDown();
    threads.close();
  }

  private FairThreads threads(Duration maxWait) {
    return threads(101, maxWait, Duration.ofHours(1));
  }

  private FairThreads threads(int max, Duration maxWait, Duration standing) {
    return new FairThreads(
        1,
        new FairThreads.Bounds(max, standing),
        new FairThreads.Sharing(4, maxWait),
        clock::get,
        Thread.ofPlatform().daemon().factory());
  }

  /** Keeps the thread until the gate is open. */
  private void hold() throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    assertThat(
            offer(
                "nobody",
                turn(
                    "first",
                    () -> {
                      begun.countDown();
                      await(gate);
                    })))
        .isTrue();
    begun.await();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private FairThreads.Turn turn(String name, Runnable work) {
    return new FairThreads.Turn() {
      @Override
      public void run() {
        work.run();
        done.add(name);
      }

      @Override
      public void end() {
        ended.add(name);
      }

      @Override
      public void refuse(FairThreads.Refusal why) {
        refused.add(name + " " + why);
      }

      @Override
      public boolean isGone() {
        return gone.contains(name);
      }
    };
  }

  private boolean offer(String caller, FairThreads.Turn turn) {
    return offer(caller, turn, 0);
  }

  private boolean offer(String caller, FairThreads.Turn turn, long waitedMs) {
    long since = clock.get() - waitedMs * MILLI;
    boolean taken = threads.offer(caller, turn, since, Long.MAX_VALUE) == FairThreads.Offer.TAKEN;
    offered += taken ? 1 : 0;
    return taken;
  }

  private void offer(String caller, int n, long costMs) {
    for (int i = 0; i < n; i++) {
      String name = caller + i;
      assertThat(offer(caller, turn(name, () -> clock.addAndGet(costMs * MILLI)))).isTrue();
    }
  }

  private void awaitAll() throws InterruptedException {
    CountDownLatch last = new CountDownLatch(1);
    gate.countDown();
    while (threads.waiting() > 0) {
      Thread.sleep(1);
    }
    offer("nobody", turn("last", last::countDown));
    assertThat(last.await(30, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void lightTurnsDoNotWaitBehindAllHeavyOnes() throws Exception {
    hold();
    offer("heavy", 30, 100);
    offer("light", 10, 1);
    awaitAll();
    assertThat(done.indexOf("light9")).as("%s", done).isLessThan(15);
  }

  @Test
  void equalCallersTakeTurns() throws Exception {
    hold();
    offer("a", 10, 5);
    offer("b", 10, 5);
    awaitAll();
    for (int i = 0; i < 10; i++) {
      assertThat(Math.abs(done.indexOf("a" + i) - done.indexOf("b" + i))).isLessThan(3);
    }
  }

  @Test
  void oneCallersTurnsKeepTheirOrder() throws Exception {
    hold();
    offer("a", 20, 1);
    awaitAll();
    assertThat(List.copyOf(done).subList(1, 21))
        .containsExactlyElementsOf(IntStream.range(0, 20).mapToObj(i -> "a" + i).toList());
  }

  @Test
  void nobodySavesUpTime() throws Exception {
    offer("light", 1, 1);
    offer("heavy", 50, 100);
    while (threads.waiting() > 0) {
      Thread.sleep(1);
    }
    hold();
    offer("heavy", 20, 10);
    offer("new", 20, 10);
    awaitAll();
    assertThat(done.indexOf("heavy1")).isPositive();
    List<String> all = List.copyOf(done);
    List<String> second = all.subList(all.indexOf("first"), all.size());
    long heavyInFirstHalf =
        second.subList(0, 20).stream().filter(name -> name.startsWith("heavy")).count();
    assertThat(heavyInFirstHalf).isBetween(8L, 12L);
  }

  @Test
  void whoHasTheMostWaitingMakesRoomForWhoHasLess() throws Exception {
    hold();
    offer("many", 99, 1);
    offer("few", 1, 1);
    assertThat(threads.isOpenTo("many", clock.get())).isFalse();
    assertThat(offer("many", turn("full", () -> {}))).isFalse();
    assertThat(threads.isOpenTo("new", clock.get())).isTrue();
    assertThat(refused).isEmpty();
    assertThat(offer("new", turn("new", () -> {}))).isTrue();
    assertThat(refused).containsExactly("many98 YIELDS");
    awaitAll();
    assertThat(done).contains("new", "few0", "many97").doesNotContain("many98");
  }

  /** One thread, and turns of 1 ms that have waited for longer than a burst may. */
  private void makeStand() throws InterruptedException {
    threads.close();
    threads = threads(1_000, Duration.ZERO, Duration.ofMillis(5));
    hold();
    offer("many", 300, 1);
    gate.countDown();
    awaitIdle();
    gate = new CountDownLatch(1);
  }

  /** A turn that is refused has gone from the queue before it is told. */
  private void awaitIdle() throws InterruptedException {
    while (threads.inFlight() > 0 || done.size() + refused.size() < offered) {
      Thread.sleep(1);
    }
  }

  @Test
  void aStandingQueueIsBoundedInTime() throws Exception {
    makeStand();
    assertThat(done).as("a burst").contains("many90").doesNotContain("many110");
    assertThat(refused).contains("many110 LATE", "many299 LATE");
    assertThat(done).hasSize(301 - refused.size());
    hold();
    offer("many", 6, 1);
    assertThat(threads.isOpenTo("many", clock.get())).as("5 ms are waited for already").isFalse();
    assertThat(offer("many", turn("more", () -> {}))).isFalse();
    gate.countDown();
    awaitIdle();
    assertThat(done).contains("many0", "many5").doesNotContain("more");
    clock.addAndGet(WaitBound.INTERVAL_NANOS + MILLI);
    gate = new CountDownLatch(1);
    hold();
    offer("many", 50, 1);
    assertThat(threads.isOpenTo("many", clock.get())).as("it has recovered").isTrue();
    gate.countDown();
    awaitIdle();
    assertThat(done).contains("many49");
    assertThat(threads.callers()).isZero();
  }

  /** The first calls after a pause may come late: that is a burst, not a queue that stands. */
  @Test
  void whatComesLateAfterAPauseIsABurst() throws Exception {
    threads.close();
    threads = threads(1_000, Duration.ZERO, Duration.ofMillis(5));
    offer("many", 1, 1);
    awaitIdle();
    for (int pause = 0; pause < 3; pause++) {
      clock.addAndGet(WaitBound.PAUSE_NANOS + MILLI);
      for (int i = 0; i < 12; i++) {
        assertThat(threads.isOpenTo("many", clock.get() - 20 * MILLI)).isTrue();
      }
    }
    clock.addAndGet(WaitBound.PAUSE_NANOS + MILLI);
    gate = new CountDownLatch(1);
    hold();
    for (int i = 0; i < 40; i++) {
      assertThat(threads.isOpenTo("many", clock.get() - 20 * MILLI)).as("call %d", i).isTrue();
      assertThat(offer("many", turn("many", () -> clock.addAndGet(MILLI / 10)), 20)).isTrue();
    }
    gate.countDown();
    awaitIdle();
    assertThat(refused).isEmpty();
  }

  /** Somebody else's standing queue is not what a caller with few turns waits for. */
  @Test
  void aStandingQueueIsOpenToWhoHasFewTurns() throws Exception {
    makeStand();
    hold();
    offer("many", 6, 1);
    assertThat(threads.isOpenTo("many", clock.get())).isFalse();
    assertThat(threads.isOpenTo("new", clock.get())).isTrue();
    offer("new", 1, 1);
    gate.countDown();
    awaitIdle();
    assertThat(done).contains("new0");
  }

  @Test
  void aTurnWhoseDeadlineWillHavePassedIsNotTaken() throws Exception {
    hold();
    offer("a", 20, 1);
    assertThat(threads.offer("a", turn("hurried", () -> {}), clock.get(), MILLI))
        .isEqualTo(FairThreads.Offer.HURRIED);
    assertThat(threads.offer("a", turn("patient", () -> {}), clock.get(), 1_000 * MILLI))
        .isEqualTo(FairThreads.Offer.TAKEN);
    assertThat(threads.offer("b", turn("other", () -> {}), clock.get(), MILLI))
        .isEqualTo(FairThreads.Offer.TAKEN);
    awaitAll();
    assertThat(done).contains("patient", "other").doesNotContain("hurried");
  }

  /** A caller who takes its calls back makes nobody else wait, and no queue. */
  @Test
  void turnsThatNobodyWaitsForAreLetGo() throws Exception {
    threads.close();
    threads = threads(1_000, Duration.ZERO, Duration.ofMillis(5));
    hold();
    offer("many", 300, 1);
    IntStream.range(0, 300).forEach(i -> gone.add("many" + i));
    clock.addAndGet(2 * WaitBound.BURST_NANOS);
    offer("few", 1, 1);
    gate.countDown();
    awaitIdle();
    assertThat(done).containsExactly("first", "few0");
    assertThat(refused).hasSize(300).contains("many0 GONE", "many299 GONE");
    gate = new CountDownLatch(1);
    hold();
    offer("many", 20, 1);
    assertThat(threads.isOpenTo("many", clock.get())).as("nothing stands").isTrue();
  }

  /** On a busy machine all calls come late; that is for who sends the most of them to bear. */
  @Test
  void whoCallsLittleIsNotLateByWhatOthersSend() throws Exception {
    makeStand();
    for (int window = 0; window < 2; window++) {
      clock.addAndGet(RecentCalls.WINDOW_NANOS);
      long since = clock.get() - 50 * MILLI;
      IntStream.range(0, 40).forEach(i -> threads.isOpenTo("many", since));
      assertThat(threads.isOpenTo("few", since)).as("window %s", window).isTrue();
    }
    hold();
    assertThat(offer("many", turn("many", () -> {}), 50)).isFalse();
    assertThat(offer("few", turn("few", () -> {}), 50)).isTrue();
    gate.countDown();
    awaitIdle();
    assertThat(done).contains("few").doesNotContain("many");
  }

  @Test
  void aTurnThatFailsEndsNeitherTheThreadNorWhatComesNext() throws Exception {
    for (RuntimeException failure :
        List.of(new IllegalStateException("a"), new ClassCastException("b"))) {
      offer(
          "failing",
          turn(
              "failing",
              () -> {
                throw failure;
              }));
    }
    offer("failing", 2, 1);
    awaitAll();
    assertThat(List.copyOf(done).subList(0, 2)).containsExactly("failing0", "failing1");
  }

  @Test
  void callersAreForgottenWithTheirTurns() throws Exception {
    for (int i = 0; i < 1_000; i++) {
      offer("caller" + i, 1, 1);
      while (threads.waiting() > 50) {
        LockSupport.parkNanos(100_000);
      }
    }
    awaitAll();
    threads.close();
    assertThat(threads.callers()).isLessThanOrEqualTo(1);
  }

  /** Leaves a step, of which it is noted who shares it, and which takes so long. */
  private void offerSharing(String caller, int n, long ownMs, long sharedMs) {
    for (int i = 0; i < n; i++) {
      String name = caller + i;
      Runnable work =
          () -> {
            clock.addAndGet(ownMs * MILLI);
            sharing.add(name);
            sharedMillis = sharedMs;
            Together.leave(step);
          };
      assertThat(offer(caller, turn(name, work))).isTrue();
    }
  }

  private final List<String> sharing = new ArrayList<>();
  private final List<List<String>> steps = Collections.synchronizedList(new ArrayList<>());
  private volatile long sharedMillis;
  private final Runnable step = this::sharedStep;

  private void sharedStep() {
    assertThat(ended).doesNotContainAnyElementsOf(sharing);
    clock.addAndGet(sharedMillis * MILLI);
    steps.add(List.copyOf(sharing));
    sharing.clear();
  }

  @Test
  void turnsThatWaitShareAStepAndEndAfterIt() throws Exception {
    hold();
    offerSharing("a", 6, 1, 5);
    offer("b", 1, 1);
    awaitAll();
    assertThat(steps).allSatisfy(names -> assertThat(names.size()).isLessThanOrEqualTo(4));
    assertThat(steps.stream().flatMap(List::stream))
        .containsExactly("a0", "a1", "a2", "a3", "a4", "a5");
    assertThat(steps).hasSize(2);
    awaitIdle();
    assertThat(ended).containsExactlyInAnyOrderElementsOf(done).doesNotHaveDuplicates();
  }

  @Test
  void aTurnByItselfWaitsForNobody() throws Exception {
    for (int i = 0; i < 3; i++) {
      offerSharing("a" + i, 1, 1, 5);
      while (ended.size() <= i) {
        LockSupport.parkNanos(100_000);
      }
    }
    assertThat(steps).containsExactly(List.of("a00"), List.of("a10"), List.of("a20"));
  }

  /** Nobody waits for longer than 10 ms, nor for a turn that took longer before. */
  @Test
  void sharingWaitsForNothingThatTakesLong() throws Exception {
    hold();
    offerSharing("slow", 3, 6, 1);
    awaitAll();
    assertThat(steps.getFirst()).containsExactly("slow0", "slow1");
    assertThat(steps).hasSize(2);
  }

  @Test
  void aSharedStepIsChargedToAllWhoShareIt() throws Exception {
    threads.close();
    threads = threads(Duration.ofSeconds(1));
    hold();
    offerSharing("a", 30, 0, 40);
    offer("b", 30, 10);
    awaitAll();
    // Four at a time share 40 ms: 10 for each, as the others take.
    int firstHalf = 0;
    List<String> all = List.copyOf(done).subList(1, 61);
    for (String name : all.subList(0, 30)) {
      firstHalf += name.startsWith("a") ? 1 : 0;
    }
    assertThat(firstHalf).as("%s", all).isBetween(12, 18);
  }

  @Test
  void aStepThatFailsEndsItsTurns() throws Exception {
    hold();
    Runnable failing =
        () -> {
          throw new IllegalStateException("step");
        };
    for (int i = 0; i < 3; i++) {
      offer("a", turn("a" + i, () -> Together.leave(failing)));
    }
    awaitAll();
    awaitIdle();
    assertThat(ended).contains("a0", "a1", "a2");
  }

  /** The second thread was started for the second turn, and has only not come to it yet. */
  @Test
  void aTurnIsLeftToTheThreadThatWasStartedForIt() throws Exception {
    CountDownLatch late = new CountDownLatch(1);
    AtomicLong started = new AtomicLong();
    threads.close();
    threads =
        new FairThreads(
            2,
            new FairThreads.Bounds(100, Duration.ofHours(1)),
            new FairThreads.Sharing(4, Duration.ofSeconds(1)),
            clock::get,
            work ->
                Thread.ofPlatform()
                    .daemon()
                    .unstarted(() -> {
                      if (started.incrementAndGet() == 2) {
                        await(late);
                      }
                      work.run();
                    }));
    CountDownLatch begun = new CountDownLatch(1);
    Runnable first =
        () -> {
          begun.countDown();
          await(gate);
          sharing.add("a");
          Together.leave(step);
        };
    assertThat(offer("a", turn("a", first))).isTrue();
    begun.await();
    offerSharing("b", 1, 0, 0);
    gate.countDown();
    while (ended.size() < 2) {
      LockSupport.parkNanos(100_000);
    }
    late.countDown();
    assertThat(steps).containsExactly(List.of("a"), List.of("b0"));
  }
}
