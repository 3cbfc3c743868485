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
 * moves it by more than {@link #STEP} on its own word. Whatever ends by event time (windows,
 * sessions, rows with a TTL) ends for good, so one clock that is days ahead must not end it.
 *
 * <p>A record within a step ahead moves event time. One beyond counts as of now, and is a vote for
 * the lowest time that it and those before it tell. Any record within a step of event time, before
 * or after it, throws the votes away: then it is not that late. When {@value #VOTES} votes have
 * come in a row, and {@value #CONFIRMING} of them lie {@link #CONFIRMING_AFTER} or more after the
 * lowest, event time moves there. So a server that stood idle for a month, or a file with a gap,
 * catches up within some records, while a clock that is set ahead and back again within ten
 * minutes, or that runs ahead next to others that do not, moves nothing.
 *
 * <p>The first record of all is believed, as nothing speaks against it; so is the first one after
 * {@link #trustNext}. Owned by the training thread.
 */
public final class EventClock implements StreamPart {
  /** How far one record may move event time. */
  public static final Duration STEP = Duration.ofHours(12);

  /** How far after the lowest time that is voted for another vote must lie to confirm it. */
  public static final Duration CONFIRMING_AFTER = Duration.ofMinutes(10);

  static final int VOTES = 8;
  static final int CONFIRMING = 2;

  private static final Logger LOG = LoggerFactory.getLogger(EventClock.class);
  private static final long STEP_MS = STEP.toMillis();

  private long nowMs;
  private boolean trusting;
  private int votes;
  private int confirming;
  private long lowestMs;
  private volatile long clamped;

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
    if (nowMs == 0 || trusting || timeMs - nowMs <= STEP_MS) {
      if (trusting || nowMs - timeMs <= STEP_MS) {
        trusting = false;
        forgetVotes();
      }
      nowMs = Math.max(nowMs, timeMs);
      return timeMs;
    }
    vote(timeMs);
    if (votes >= VOTES && confirming >= CONFIRMING) {
      nowMs = lowestMs;
      forgetVotes();
      return admit(timeMs);
    }
    clamp();
    return nowMs;
  }

  private void vote(long timeMs) {
    if (votes == 0) {
      LOG.warn(
          "A record tells {}, which is more than {} ahead of event time, {}: it counts as of event"
              + " time until {} records agree",
          Instant.ofEpochMilli(timeMs),
          STEP,
          Instant.ofEpochMilli(nowMs),
          VOTES);
    }
    if (votes == 0 || lowestMs - timeMs > STEP_MS) {
      // What was told before lies further ahead still.
      votes = 0;
      confirming = 0;
      lowestMs = timeMs;
    }
    votes++;
    confirming += timeMs - lowestMs >= CONFIRMING_AFTER.toMillis() ? 1 : 0;
    lowestMs = Math.min(lowestMs, timeMs);
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // One writer.
  private void clamp() {
    clamped++;
  }

  private void forgetVotes() {
    votes = 0;
    confirming = 0;
    lowestMs = 0;
  }

  /** What comes next is of another time than what came before: history ends here, say. */
  public void trustNext() {
    trusting = true;
  }

  /** Event time was this, milliseconds since 1970. */
  public void restore(long timeMs) {
    nowMs = timeMs;
  }

  /** Whether any record was too far ahead: what tells this from its event time alone. */
  public boolean isMarked() {
    return votes > 0 || clamped > 0;
  }

  /** All but event time itself, which stands elsewhere. */
  @Override
  public StateCopy copy() {
    boolean trustingNow = trusting;
    int votesNow = votes;
    int confirmingNow = confirming;
    long lowestNow = lowestMs;
    long clampedNow = clamped;
    return out -> write(out, trustingNow, votesNow, confirmingNow, lowestNow, clampedNow);
  }

  private static void write(
      DataOutput out, boolean trusting, int votes, int confirming, long lowestMs, long clamped)
      throws IOException {
    out.writeBoolean(trusting);
    out.writeInt(votes);
    out.writeInt(confirming);
    out.writeLong(lowestMs);
    out.writeLong(clamped);
  }

  @Override
  public void readFrom(DataInput in) throws IOException {
    trusting = in.readBoolean();
    votes = in.readInt();
    confirming = in.readInt();
    lowestMs = in.readLong();
    clamped = in.readLong();
  }
}
