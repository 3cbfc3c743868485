package dev.dolmen.client;

import dev.dolmen.v1.Acknowledgement;
import dev.dolmen.v1.FeedbackEvent;
import dev.dolmen.v1.PublishRequest;
import dev.dolmen.v1.PublishResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * Sends what visitors do, in batches, on a thread of its own, so that no web request waits for it.
 *
 * <p>{@link #offer} puts an event into a bounded queue and returns. While the server cannot be
 * reached or is told to slow down, a batch is sent again, with pauses that grow, until it is
 * acknowledged: its events keep their ids, so each is learned once. Meanwhile the queue fills, and
 * then {@link #offer} says no: nothing is dropped without the caller knowing. What the server
 * refuses, and what it will never take, is given to a listener.
 *
 * <p>A job that may wait takes {@link #offer(FeedbackEvent, Duration)}, and is slowed to what the
 * server takes.
 */
public final class FeedbackPublisher implements AutoCloseable {
  private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  /** For no longer is the server left alone, whatever it asks for. */
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);

  /** What a server takes in one call. */
  private static final int CALL_EVENTS_MAX = 10_000;

  private final PublishCall call;
  private final Options options;
  private final InstantSource clock;
  private final BlockingQueue<FeedbackEvent> queue;
  private final Thread thread;
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final CountDownLatch giveUp = new CountDownLatch(1);
  private final LongAdder offered = new LongAdder();
  private final LongAdder full = new LongAdder();
  private final LongAdder accepted = new LongAdder();
  private final LongAdder refused = new LongAdder();
  private final LongAdder retries = new LongAdder();

  /**
   * How events are sent.
   *
   * @param queueEvents events that wait at most
   * @param batchEvents events of one call at most, 1 to 10,000
   * @param linger how long the first event of a batch waits for others
   * @param closing for how long {@link #close} sends what waits
   * @param refusals takes each event that was refused, and why; on the sending thread, which waits
   *     for it
   */
  public record Options(
      int queueEvents,
      int batchEvents,
      Duration linger,
      Duration closing,
      BiConsumer<FeedbackEvent, Acknowledgement> refusals) {
    public Options {
      if (queueEvents < 1) {
        throw new IllegalArgumentException("queueEvents: " + queueEvents + ", expected 1 or more");
      }
      if (batchEvents < 1 || batchEvents > CALL_EVENTS_MAX) {
        throw new IllegalArgumentException(
            "batchEvents: " + batchEvents + ", expected 1 to " + CALL_EVENTS_MAX);
      }
    }

    /** 10,000 events wait, 500 a call, 20 ms, 5 s; refusals are only counted. */
    public static Options defaults() {
      return new Options(
          10_000, 500, Duration.ofMillis(20), Duration.ofSeconds(5), (event, why) -> {});
    }

    /** The same with another listener. */
    public Options withRefusals(BiConsumer<FeedbackEvent, Acknowledgement> listener) {
      return new Options(queueEvents, batchEvents, linger, closing, listener);
    }
  }

  /**
   * What became of events so far.
   *
   * @param offered events that the queue took
   * @param full events that it did not take
   * @param accepted events that the server acknowledged, those that it knew already included
   * @param refused events that it refused or will never take
   * @param waiting events in the queue
   * @param retries calls that were sent again
   */
  public record Counts(
      long offered, long full, long accepted, long refused, long waiting, long retries) {}

  FeedbackPublisher(
      Function<PublishRequest, PublishResponse> send, Options options, InstantSource clock) {
    call = new PublishCall(send, accepted::add, this::refuse);
    this.options = options;
    this.clock = clock;
    queue = new ArrayBlockingQueue<>(options.queueEvents);
    thread = new Thread(this::run, "dolmen-feedback");
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * Takes an event to be sent; never waits. One without an id gets one, one without a time gets
   * now.
   *
   * @return false if the queue is full or the publisher is closed: the event will not be sent
   */
  public boolean offer(FeedbackEvent event) {
    FeedbackEvent whole = complete(event);
    return counted(!isClosed() && queue.offer(whole) && isKept(whole));
  }

  /**
   * The same, but waits for room: for jobs that send more than a queue holds, not for web requests.
   *
   * @param atMost how long to wait
   * @return false if there was no room until then, or the publisher is closed
   * @throws InterruptedException if the thread is interrupted; the event will not be sent
   */
  public boolean offer(FeedbackEvent event, Duration atMost) throws InterruptedException {
    FeedbackEvent whole = complete(event);
    return counted(
        !isClosed() && queue.offer(whole, atMost.toNanos(), TimeUnit.NANOSECONDS) && isKept(whole));
  }

  private boolean counted(boolean taken) {
    (taken ? offered : full).increment();
    return taken;
  }

  private boolean isClosed() {
    return stopping.getCount() == 0;
  }

  /** Whether an event in the queue will be sent, though the publisher may have been closed now. */
  private boolean isKept(FeedbackEvent event) {
    return !isClosed() || !queue.remove(event);
  }

  private FeedbackEvent complete(FeedbackEvent event) {
    if (!event.getEventId().isEmpty() && event.hasTime()) {
      return event;
    }
    FeedbackEvent.Builder whole = event.toBuilder();
    if (event.getEventId().isEmpty()) {
      whole.setEventId(UUID.randomUUID().toString());
    }
    if (!event.hasTime()) {
      Instant now = clock.instant();
      whole.getTimeBuilder().setSeconds(now.getEpochSecond()).setNanos(now.getNano());
    }
    return whole.build();
  }

  /** What became of events so far. */
  public Counts counts() {
    return new Counts(
        offered.sum(), full.sum(), accepted.sum(), refused.sum(), queue.size(), retries.sum());
  }

  private void run() {
    List<FeedbackEvent> batch = new ArrayList<>(options.batchEvents);
    try {
      while (!isClosed() || !queue.isEmpty()) {
        batch.clear();
        gather(batch);
        if (!deliver(batch)) {
          return; // The time to close is over.
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // By whoever ends the process: nothing is sent any more.
    } finally {
      stopping.countDown(); // Whatever ended it, nothing more is taken.
    }
  }

  /** Waits for a first event, then a little for others. */
  private void gather(List<FeedbackEvent> batch) throws InterruptedException {
    FeedbackEvent first = queue.poll(Math.max(1, options.linger.toMillis()), TimeUnit.MILLISECONDS);
    if (first == null) {
      return;
    }
    batch.add(first);
    queue.drainTo(batch, options.batchEvents - 1);
    if (batch.size() < options.batchEvents
        && !stopping.await(options.linger.toNanos(), TimeUnit.NANOSECONDS)) {
      queue.drainTo(batch, options.batchEvents - batch.size());
    }
  }

  /**
   * Sends a batch until all of it is answered, in smaller calls where it is too large for one;
   * false if there is no time left for it.
   */
  private boolean deliver(List<FeedbackEvent> batch) throws InterruptedException {
    List<FeedbackEvent> left = List.copyOf(batch);
    int atOnce = left.size();
    Duration pause = FIRST_PAUSE;
    while (!left.isEmpty()) {
      List<FeedbackEvent> now = left.subList(0, Math.min(atOnce, left.size()));
      PublishCall.Left of = call.send(now);
      left = joined(of.again(), left.subList(now.size(), left.size()));
      if (of.again().isEmpty()) {
        pause = FIRST_PAUSE;
        continue;
      }
      atOnce = of.tooLarge() ? Math.max(1, now.size() / 2) : atOnce;
      retries.increment();
      if (giveUp.await(between(pause, of.asked()), TimeUnit.NANOSECONDS)) {
        return false;
      }
      pause = shorter(pause.multipliedBy(2), LONGEST_PAUSE);
    }
    return true;
  }

  private static List<FeedbackEvent> joined(List<FeedbackEvent> some, List<FeedbackEvent> others) {
    List<FeedbackEvent> all = new ArrayList<>(some);
    all.addAll(others);
    return all;
  }

  /** A pause by chance, as many callers may be away from the same server, in nanoseconds. */
  private static long between(Duration pause, Duration asked) {
    long nanos = ThreadLocalRandom.current().nextLong(pause.toNanos() / 2, pause.toNanos());
    return nanos + shorter(asked, LONGEST_WAIT).toNanos();
  }

  private static Duration shorter(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }

  private void refuse(FeedbackEvent event, Acknowledgement why) {
    refused.increment();
    try {
      options.refusals.accept(event, why);
    } catch (RuntimeException e) {
      // A listener's fault ends no feedback; it is shown as one of the thread.
      thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
    }
  }

  /**
   * Takes no more events, and sends what waits for as long as the options say. What is left then is
   * not sent: {@link #counts} has offered, accepted and refused.
   */
  @Override
  public void close() {
    stopping.countDown();
    try {
      thread.join(Math.max(1, options.closing.toMillis()));
      giveUp.countDown();
      thread.join(options.closing.toMillis());
    } catch (InterruptedException e) {
      giveUp.countDown();
      Thread.currentThread().interrupt();
    }
  }
}
