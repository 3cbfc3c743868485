package dev.dolmen.trainer.sync;

import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.trainer.learn.Learner;
import dev.dolmen.v1.ParameterRecord;
import java.io.Closeable;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the servers what the batches have changed. The training thread puts a sync together when
 * one is due and the one before is on its way no more; until then changes are kept as marks, so
 * that nothing overflows and nothing is dropped, however long Kafka is away. A thread of its own
 * sends, and shows in between that somebody leads.
 *
 * <p>The training thread calls what does not say otherwise.
 */
public final class SyncSender implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(SyncSender.class);
  private static final long SIGN_MS = 1_000;
  private static final int TRANSACTION_BYTES = 4 << 20;

  /** How often it is asked whether the topic still has the base that all after it build on. */
  private static final long BASE_CHECK_MS = 2_000;

  private final SyncOptions options;
  private final SyncContent content;
  private final Learner learner;
  private final ParameterTopic topic;
  private final InstantSource clock;
  private final BatchEnds ends = new BatchEnds();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  /** Guarded by the lock: what is to be sent, until it is. */
  private @Nullable SyncDraft sending;

  private volatile @Nullable LeadLostException lost;

  /** Whether the base was deleted by somebody else: who begins now would find nothing. */
  private volatile boolean baseLost;

  private volatile boolean closing;
  private volatile boolean resigns = true;
  private volatile long sentSync;
  private final LongAdder sentBytes = new LongAdder();
  private final LongAdder baseBytes = new LongAdder();
  private volatile long keptLogOffset;
  private volatile long epoch;
  private @Nullable Lead lead;
  private @Nullable Thread thread;
  private long sentBatches = -1;
  private long sentOffset = -1;
  private long nextMs;
  private long nextBaseMs;
  private boolean baseDue;
  private boolean caughtUp;

  /** The sending thread's. */
  private long basePlace;

  private long baseLogOffset;
  private long baseCheckedMs;

  /** Nothing is sent before {@link #lead}. */
  public SyncSender(
      SyncOptions options,
      Schema schema,
      Learner learner,
      ParameterTopic topic,
      InstantSource clock) {
    this.options = options;
    content = new SyncContent(options, schema, learner);
    this.learner = learner;
    this.topic = topic;
    this.clock = clock;
  }

  /**
   * This process leads from here on, and shows it; all is sent when {@link #offer} comes after
   * {@link #caughtUp}.
   *
   * @param taken not begun yet
   * @param newEpoch above all that the topic holds
   * @throws LeadLostException if another trainer was faster
   */
  public void lead(Lead taken, long newEpoch) {
    taken.begin(newEpoch, () -> closing);
    lead = taken;
    epoch = newEpoch;
    baseDue = true;
    caughtUp = false;
    Thread sender = Thread.ofPlatform().name("dolmen-sync").daemon().unstarted(this::send);
    thread = sender;
    sender.start();
    LOG.info("Leads, as epoch {}", newEpoch);
  }

  /**
   * What the trainers before have learned is learned here, too. Until then nothing is sent: servers
   * have counted it, and could go on from no base that is older.
   */
  public void caughtUp() {
    caughtUp = true;
  }

  /** Whether this process leads. Any thread. */
  public boolean leads() {
    return epoch > 0 && lost == null;
  }

  /** Epoch of its lead; 0 before it has had any. Any thread. */
  public long epoch() {
    return epoch;
  }

  /** The last sync that is in the topic. Any thread. */
  public long sentSync() {
    return sentSync;
  }

  /** Bytes sent. Any thread. */
  public long sentBytes() {
    return sentBytes.sum();
  }

  /** Bytes of bases among them. Any thread. */
  public long baseBytes() {
    return baseBytes.sum();
  }

  /** The log behind this offset is needed by servers that begin. Any thread. */
  public long keptLogOffset() {
    return keptLogOffset;
  }

  /**
   * A batch that others have told of is in the snapshot that this process began with: bases will
   * tell of it, too, so that a server that has not heard of it need not begin again.
   */
  public void remember(Sync.End end) {
    ends.add(end);
  }

  /** A batch has been learned, whoever cut it. */
  public void learned(long number, long lastOffset) {
    ends.add(new Sync.End(number, lastOffset, learner.stream().counts().eventTimeMs()));
  }

  /**
   * Everything in the log up to this is learned, and nothing is pending: sends what has changed if
   * that is due.
   *
   * @throws LeadLostException if this process does not lead any more
   */
  public void offer(long logOffset) {
    checkLead();
    if (lead == null || !caughtUp || isSending()) {
      return;
    }
    if (baseLost) {
      baseLost = false;
      baseDue = true;
    }
    long nowMs = clock.millis();
    boolean due = nowMs >= nextMs || nowMs < nextMs - options.intervalMs();
    if (baseDue || (due && hasChanged(logOffset))) {
      put(logOffset, nowMs);
    }
  }

  private boolean hasChanged(long logOffset) {
    return logOffset != sentOffset
        || learner.batches() != sentBatches
        || learner.marks().vectors().length > 0;
  }

  /**
   * Returns when everything up to this is in the topic: what is learned of it may be kept then.
   *
   * @throws LeadLostException if it will never be
   */
  public void settle(long logOffset) {
    if (lead == null || !caughtUp) {
      return; // What is learned until then is in the topic: others have sent it.
    }
    awaitSent();
    if (baseDue || hasChanged(logOffset)) {
      put(logOffset, clock.millis());
      awaitSent();
    }
  }

  private void checkLead() {
    LeadLostException reason = lost;
    if (reason != null) {
      throw reason;
    }
  }

  private boolean isSending() {
    lock.lock();
    try {
      return sending != null;
    } finally {
      lock.unlock();
    }
  }

  private void awaitSent() {
    lock.lock();
    try {
      while (sending != null && lost == null) {
        changed.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
    checkLead();
  }

  private void put(long logOffset, long nowMs) {
    boolean base =
        baseDue
            || nowMs >= nextBaseMs
            || nowMs < nextBaseMs - options.baseIntervalSec() * 1_000
            || !ends.hasAllAfter(sentBatches);
    SyncDraft draft =
        base ? base(logOffset, nowMs) : content.changes(logOffset, ends.after(sentBatches), nowMs);
    nextMs = nowMs + options.intervalMs();
    sentOffset = logOffset;
    sentBatches = learner.batches();
    lock.lock();
    try {
      sending = draft;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private SyncDraft base(long logOffset, long nowMs) {
    baseDue = false;
    nextBaseMs = nowMs + options.baseIntervalSec() * 1_000;
    return content.base(epoch, logOffset, ends.after(-1), nowMs);
  }

  /** The sending thread. */
  private void send() {
    long number = 0;
    Lead own = Objects.requireNonNull(lead);
    try {
      while (!closing) {
        SyncDraft draft = awaitDraft();
        if (draft != null) {
          send(own, draft, ++number);
          sent(number);
        } else if (!closing) {
          sign(own, false);
        }
        checkBase();
      }
      if (resigns) {
        sign(own, true);
      }
    } catch (LeadLostException e) {
      end(e);
    } catch (IOException | RuntimeException e) {
      LOG.error("Syncs are sent no more", e);
      end(new LeadLostException("syncs cannot be sent: " + e, e));
    } finally {
      own.close();
    }
  }

  private void sign(Lead own, boolean resigns) {
    ParameterRecord sign = own.sign(resigns).toBuilder().setBasePlace(basePlace).build();
    var _ = own.commit(List.of(sign), () -> closing);
  }

  private void send(Lead own, SyncDraft draft, long number) throws IOException {
    boolean base = draft.isBase();
    List<ParameterRecord> records = draft.records(epoch, number, base ? 0 : basePlace);
    long first = -1;
    long size = 0;
    for (int from = 0; from < records.size(); ) {
      int bytes = 0;
      int to = from;
      while (to < records.size() && (to == from || bytes < TRANSACTION_BYTES)) {
        bytes += records.get(to++).getSerializedSize();
      }
      long offset = own.commit(records.subList(from, to), () -> closing);
      first = first < 0 ? offset : first;
      size += bytes;
      from = to;
    }
    sentBytes.add(size);
    if (base) {
      baseBytes.add(size);
      keepFrom(first + 1, draft.logOffset());
    }
  }

  /** What is before the base before this one is needed by nobody any more. */
  private void keepFrom(long place, long logOffset) {
    long before = basePlace;
    basePlace = place;
    keptLogOffset = before > 0 ? baseLogOffset : 0;
    baseLogOffset = logOffset;
    try {
      if (before > 0) {
        topic.deleteBefore(before - 1);
      }
    } catch (IOException e) {
      LOG.warn("Old syncs stay for now: {}", e.getMessage());
    }
  }

  private void checkBase() {
    long nowMs = clock.millis();
    if (basePlace == 0 || Math.abs(nowMs - baseCheckedMs) < BASE_CHECK_MS) {
      return;
    }
    baseCheckedMs = nowMs;
    try {
      if (topic.begin() >= basePlace) {
        LOG.warn("Topic {} does not hold the newest base any more: it is sent again", topic.name());
        basePlace = 0;
        baseLost = true;
      }
    } catch (IOException e) {
      LOG.debug("Whether the base is there cannot be told now", e);
    }
  }

  private @Nullable SyncDraft awaitDraft() {
    lock.lock();
    try {
      long left = TimeUnit.MILLISECONDS.toNanos(SIGN_MS);
      while (sending == null && !closing && left > 0) {
        left = changed.awaitNanos(left);
      }
      return sending;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LeadLostException("interrupted", e);
    } finally {
      lock.unlock();
    }
  }

  private void sent(long number) {
    sentSync = number;
    lock.lock();
    try {
      sending = null;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void end(LeadLostException reason) {
    lock.lock();
    try {
      lost = reason;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Sends nothing more, as a process that dies. Any thread. */
  public void abandon() {
    resigns = false;
    close();
  }

  /** Ends the lead, so that another may take it at once. Any thread. */
  @Override
  public void close() {
    lock.lock();
    try {
      closing = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    Thread sender = thread;
    if (sender != null) {
      try {
        sender.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
