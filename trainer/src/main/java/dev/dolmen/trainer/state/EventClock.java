package dev.dolmen.trainer.state;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Event time as a function of the log: the newest time that a record has told, but that no record
 * moves it by more than a step on its own word. Whatever ends by event time (windows, sessions,
 * rows with a TTL) ends for good, so one clock that is days ahead must not end it.
 *
 * <p>A record within a step ahead moves event time. One beyond counts as of now, and is a vote for
 * the lowest time that it and those before it tell. Any record within a step of event time, before
 * or after it, throws the votes away: then it is not that late; and so does one that lies more than
 * a step before the lowest, as those before it lie further ahead still.
 *
 * <p>Event time moves there when time is seen to pass there: {@value #VOTES} votes that are no more
 * than a step apart, {@value #CONFIRMING} of them {@link #CONFIRMING_AFTER} or more after the
 * lowest. A vote further on is no sign of that, as a clock that was set wrong once may be set wrong
 * again; but after {@value #LEAPS} that each lie more than a step beyond all before, the records
 * are taken to lie that far apart, as the rows of some files do. So a server that stood idle for a
 * month, or a file with a gap, catches up within some records, while a clock that is set ahead,
 * once or more often, and back again within ten minutes, or that runs ahead next to others that do
 * not, moves nothing.
 *
 * <p>The first record of all is believed, as nothing speaks against it; so is the first one after
 * {@link #trustNext}. Owned by the training thread.
 */
public final class EventClock implements StreamPart {
  /** How far one record may move event time, where nothing ends sooner. */
  public static final Duration STEP = Duration.ofHours(12);

  /** How far after the lowest time that is voted for another vote must lie to confirm it. */
  public static final Duration CONFIRMING_AFTER = Duration.ofMinutes(10);

  static final int VOTES = 8;
  static final int CONFIRMING = 2;
  static final int LEAPS = 8;

  private static final Logger LOG = LoggerFactory.getLogger(EventClock.class);

  private final long stepMs;
  private long nowMs;
  private boolean trusting;

  /** Votes from the lowest on that are no more than a step apart, and the newest of them. */
  private int votes;

  private int confirming;
  private long lowestMs;
  private long newestMs;

  /** Votes that each lie more than a step beyond all before, and the farthest of all. */
  private int leaps;

  private long farthestMs;
  private volatile long clamped;

  /**
   * Before the first record.
   *
   * @param step how far one record may move event time; what ends by it ends no sooner
   */
  public EventClock(Duration step) {
    stepMs = step.toMillis();
  }

  /** Newest event time, milliseconds since 1970; 0 before the first record. */
  public long nowMs() {
    return nowMs;
  }

  /** Records whose time was too far ahead and that counted as of event time. Any thread. */
  public long clamped() {
    return clamped;
  }

  /**
   * Takes the time of the next record.
   *
   * @return the time by which the record counts: its own, or event time if its own is too far ahead
   */
  public long admit(long timeMs) {
    if (nowMs == 0 || trusting || timeMs - nowMs <= stepMs) {
      if (trusting || nowMs - timeMs <= stepMs) {
        trusting = false;
        forgetVotes();
      }
      nowMs = Math.max(nowMs, timeMs);
      return timeMs;
    }
    vote(timeMs);
    if ((votes >= VOTES && confirming >= CONFIRMING) || leaps >= LEAPS) {
      nowMs = lowestMs;
      forgetVotes();
      return admit(timeMs);
    }
    clamp();
    return nowMs;
  }

  private void vote(long timeMs) {
    if (lowestMs == 0 || lowestMs - timeMs > stepMs) {
      begin(timeMs);
      return;
    }
    if (timeMs - farthestMs > stepMs) {
      leaps++;
    }
    farthestMs = Math.max(farthestMs, timeMs);
    if (timeMs - newestMs <= stepMs) {
      votes++;
      confirming += timeMs - lowestMs >= CONFIRMING_AFTER.toMillis() ? 1 : 0;
      lowestMs = Math.min(lowestMs, timeMs);
      newestMs = Math.max(newestMs, timeMs);
    }
  }

  /** The first vote, or one that those before lie beyond. */
  private void begin(long timeMs) {
    if (lowestMs == 0) {
      LOG.warn(
          "A record tells {}, which is more than {} ahead of event time, {}: it counts as of event"
              + " time until {} records agree",
          Instant.ofEpochMilli(timeMs),
          Duration.ofMillis(stepMs),
          Instant.ofEpochMilli(nowMs),
          VOTES);
    }
    votes = 1;
    confirming = 0;
    leaps = 0;
    lowestMs = timeMs;
    newestMs = timeMs;
    farthestMs = timeMs;
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // One writer.
  private void clamp() {
    clamped++;
  }

  private void forgetVotes() {
    votes = 0;
    confirming = 0;
    leaps = 0;
    lowestMs = 0;
    newestMs = 0;
    farthestMs = 0;
  }

  /** What comes next is of another time than what came before: history ends here, say. */
  public void trustNext() {
    trusting = true;
  }

  /** Event time was this, milliseconds since 1970. */
  public void restore(long timeMs) {
    nowMs = timeMs;
  }

  /** All but event time itself, which stands elsewhere. */
  @Override
  public StateCopy copy() {
    boolean trustingNow = trusting;
    int[] counts = {votes, confirming, leaps};
    long[] times = {lowestMs, newestMs, farthestMs, clamped};
    return out -> write(out, trustingNow, counts, times);
  }

  private static void write(DataOutput out, boolean trusting, int[] counts, long[] times)
      throws IOException {
    out.writeBoolean(trusting);
    for (int count : counts) {
      out.writeInt(count);
    }
    for (long time : times) {
      out.writeLong(time);
    }
  }

  @Override
  public void readFrom(DataInput in) throws IOException {
    trusting = in.readBoolean();
    votes = in.readInt();
    confirming = in.readInt();
    leaps = in.readInt();
    lowestMs = in.readLong();
    newestMs = in.readLong();
    farthestMs = in.readLong();
    clamped = in.readLong();
  }
}
