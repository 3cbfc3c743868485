package dev.dolmen.trainer.log;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A log in Kafka that keeps events on the local disk while it is away, and delivers them when it is
 * back: in order, before those that come later. A thread of its own delivers.
 *
 * <p>An event that is kept is acknowledged when it is on the device, and its place in the log is
 * known when it has been delivered. A process that dies before it has noted that leaves events in
 * the file that the log has, too: the next start delivers them again, and whoever applies the log
 * leaves the second out ({@link FirstOccurrences}). Catalogue changes and impressions are not kept.
 */
final class OutageLog extends ForwardingLog {
  private static final Logger LOG = LoggerFactory.getLogger(OutageLog.class);
  private static final long PAUSE_NANOS = 100_000_000;

  /** Under way to Kafka together. */
  private static final int TOGETHER = 1_000;

  private final KafkaFeedbackLog log;
  private final OutageFile file;
  private final OutageOptions options;

  /** In order. Guards itself and {@link #file}; bounded by the file's bytes. */
  private final ArrayDeque<Kept> kept = new ArrayDeque<>();

  private final Thread deliverer;
  private volatile boolean closed;

  /** An event that waits. */
  private static final class Kept {
    final OutageFile.Place place;
    final long loggedUs;
    final CompletableFuture<Long> delivered = new CompletableFuture<>();

    /** On its way; the deliverer's. */
    @Nullable LogAppend append;

    Kept(OutageFile.Place place, long loggedUs) {
      this.place = place;
      this.loggedUs = loggedUs;
    }
  }

  private OutageLog(KafkaFeedbackLog log, OutageFile file, OutageOptions options) {
    super(log);
    this.log = log;
    this.file = file;
    this.options = options;
    deliverer = Thread.ofPlatform().name("dolmen-outage").daemon().unstarted(this::run);
  }

  /**
   * Delivers what an earlier process has kept, then keeps what comes while Kafka is away, if that
   * is asked for. Closes the log if it cannot.
   *
   * @param directory for what waits
   * @throws KafkaAwayException if Kafka goes away meanwhile
   */
  static FeedbackLog open(KafkaFeedbackLog log, Path directory, OutageOptions options)
      throws IOException {
    if (options.maxBytes() == 0 && !OutageFile.isIn(directory)) {
      return log;
    }
    OutageFile file = null;
    boolean opened = false;
    try {
      file = OutageFile.open(directory);
      deliverAll(log, file);
      opened = true;
      if (options.maxBytes() == 0) {
        file.close();
        return log;
      }
      OutageLog outage = new OutageLog(log, file, options);
      outage.deliverer.start();
      return outage;
    } catch (LogUnavailableException e) {
      throw new KafkaAwayException(String.valueOf(e.getMessage()), e);
    } finally {
      if (!opened) {
        if (file != null) {
          file.close();
        }
        log.close();
      }
    }
  }

  private static void deliverAll(KafkaFeedbackLog log, OutageFile file) throws IOException {
    List<LogAppend> appends = new ArrayList<>();
    for (OutageFile.Place place : file.places()) {
      appends.add(log.begin(file.read(place)));
    }
    appends.forEach(LogAppend::await);
    file.clear();
    if (!appends.isEmpty()) {
      LOG.info("Delivered {} events that were kept while Kafka was away", appends.size());
    }
  }

  @Override
  public LogAppend begin(byte[] record) {
    if (!isEvent(record)) {
      return log.begin(record);
    }
    log.checkSize(record);
    synchronized (kept) {
      String away = log.away();
      if (kept.isEmpty() && away.isEmpty()) {
        try {
          return log.begin(record);
        } catch (LogUnavailableException e) {
          away = log.away();
          if (away.isEmpty()) {
            throw e;
          }
        }
      }
      return keep(record, away);
    }
  }

  private static boolean isEvent(byte[] record) {
    try {
      return LogRecords.eventId(record, record.length) != null;
    } catch (IOException e) {
      return false;
    }
  }

  private LogAppend keep(byte[] record, String away) {
    if (closed) {
      throw new LogUnavailableException("the feedback log is closed");
    }
    try {
      long us = LogRecords.loggedUs(record, record.length);
      String full = full(record.length, us);
      if (!full.isEmpty()) {
        throw new LogUnavailableException(away.isEmpty() ? full : away + "; " + full);
      }
      Kept event = new Kept(file.append(record), us);
      kept.add(event);
      return LogAppend.kept(event.delivered);
    } catch (IOException e) {
      throw new LogUnavailableException("events cannot be kept on the disk: " + e, e);
    }
  }

  /** Why no more is kept; empty while there is room. */
  private String full(int recordBytes, long nowUs) {
    if (file.bytes() + OutageFile.HEADER_BYTES + recordBytes > options.maxBytes()) {
      return "log.outage_buffer.max_bytes, " + options.maxBytes() + ", are full";
    }
    Kept oldest = kept.peek();
    return oldest != null && nowUs - oldest.loggedUs > options.maxAgeSec() * 1_000_000
        ? "events have been kept for log.outage_buffer.max_age, " + options.maxAgeSec() + " s"
        : "";
  }

  private void run() {
    boolean said = false;
    while (!closed) {
      try {
        deliver();
        said = false;
      } catch (LogUnavailableException e) {
        LOG.debug("Kept events cannot be delivered now", e);
      } catch (IOException | RuntimeException e) {
        if (!said) {
          LOG.warn("Kept events cannot be delivered", e);
        }
        said = true;
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  private void deliver() throws IOException {
    while (!closed && log.away().isEmpty()) {
      List<Kept> first = begun();
      if (first.isEmpty()) {
        return;
      }
      for (Kept event : first) {
        long offset = offset(event);
        synchronized (kept) {
          kept.remove();
          if (kept.isEmpty()) {
            file.clear();
            LOG.info("All events that were kept while Kafka was away are delivered");
          }
        }
        event.delivered.complete(offset);
      }
    }
  }

  /** The first that wait, all under way. */
  private List<Kept> begun() throws IOException {
    List<Kept> first = new ArrayList<>();
    synchronized (kept) {
      for (Kept event : kept) {
        if (first.size() < TOGETHER) {
          first.add(event);
        }
      }
    }
    for (Kept event : first) {
      if (event.append == null) {
        event.append = log.begin(record(event));
      }
    }
    return first;
  }

  private byte[] record(Kept event) throws IOException {
    synchronized (kept) {
      return file.read(event.place);
    }
  }

  private static long offset(Kept event) {
    LogAppend append = event.append;
    if (append == null) {
      throw new LogUnavailableException("the event is not under way");
    }
    return append.await();
  }

  /** Events that wait. Any thread. */
  int waiting() {
    synchronized (kept) {
      return kept.size();
    }
  }

  @Override
  public String notTaking() {
    String away = log.away();
    if (away.isEmpty()) {
      return log.notTaking();
    }
    synchronized (kept) {
      Kept newest = kept.peekLast();
      String full = full(1, newest == null ? 0 : newest.loggedUs);
      return full.isEmpty() ? "" : away + "; " + full;
    }
  }

  /** What waits is delivered by the next start. */
  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(deliverer);
    super.close();
    synchronized (kept) {
      try {
        file.close();
      } catch (IOException e) {
        LOG.warn("The file of kept events cannot be closed", e);
      }
    }
  }
}
