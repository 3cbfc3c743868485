package dev.dolmen.trainer.log;

import dev.dolmen.parameterstore.file.PrivateFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The distributed feedback log: one partition of a Kafka topic.
 *
 * <p>An acknowledged record is on as many brokers as the topic's {@code min.insync.replicas} says,
 * and survives what these survive. Records are appended by one idempotent producer that never gives
 * up: one that was begun comes into the topic once and in its place, also when nobody waits for it
 * any more because the broker was away for longer than the timeout. Until the broker is back,
 * appends are refused at once. What a process has begun when it dies may or may not be in the
 * topic; the next start finds out before anything else (see {@link KafkaTakeovers}).
 *
 * <p>One data directory uses a topic, one process at a time. When a second one takes it over, the
 * first refuses further appends as soon as its tailer has read of it; what it acknowledged in that
 * moment is not in the log.
 *
 * <p>A record's offset is Kafka's plus one.
 */
public final class KafkaFeedbackLog implements FeedbackLog {
  private static final Logger LOG = LoggerFactory.getLogger(KafkaFeedbackLog.class);
  private static final byte[] TAKEOVER = new byte[0];

  /** Nobody wakes those who wait for what another process appends. */
  private static final Duration SHARED_POLL = Duration.ofMillis(10);

  /** Of key and lengths, next to a record's value. */
  private static final int RECORD_OVERHEAD_BYTES = 20;

  private final Path directory;
  private final KafkaClients clients;
  private final KafkaTopic topic;
  private final Duration timeout;
  private final KafkaTakeovers takeovers;
  private final KafkaAppends appends;
  private final Set<KafkaTailer> tailers = ConcurrentHashMap.newKeySet();

  /** Whether others append, too. */
  private final boolean shared;

  /** Kafka's offset of this process' takeover, or {@link KafkaTakeovers#SHARED}. */
  private final long writer;

  /**
   * Bytes of the records that are kept. Kafka deletes files some minutes later, so its own figure
   * would count what is gone already.
   */
  private final AtomicLong bytes;

  private final @Nullable KafkaWatch watch;
  private volatile boolean closed;

  /**
   * Takes the topic over.
   *
   * @param directory for {@link KafkaLogFile}, created if missing; the caller holds its exclusive
   *     lock
   * @param plan what the topic has to be like
   * @param adopts whether a directory that has not used a topic yet may start with one that holds
   *     records
   * @throws IOException if Kafka does not answer, or the topic is another than this directory's
   */
  static KafkaFeedbackLog open(
      Path directory, KafkaLogOptions options, TopicPlan plan, boolean adopts) throws IOException {
    return open(directory, options, plan, adopts, false);
  }

  /**
   * Opens the topic together with others: every process that opens it so may append, and none takes
   * it from another. Two of them may log the same event id, so that whoever applies the log has to
   * leave the second one out.
   *
   * @throws IOException as {@link #open}
   */
  public static KafkaFeedbackLog openShared(
      Path directory, KafkaLogOptions options, long segmentBytes) throws IOException {
    return open(directory, options, TopicPlan.kept(options, "log", segmentBytes), true, true);
  }

  private static KafkaFeedbackLog open(
      Path directory, KafkaLogOptions options, TopicPlan plan, boolean adopts, boolean shared)
      throws IOException {
    PrivateFiles.createDirectories(directory);
    refuseChronicle(directory);
    KafkaLogFile known = KafkaLogFile.read(directory);
    KafkaClients clients = new KafkaClients(options);
    Admin admin = admin(clients, options);
    try {
      KafkaTopic topic = KafkaTopic.open(admin, options, plan, known == null);
      if (known == null) {
        checkAdoption(topic, adopts);
      } else {
        checkSame(directory, topic, known);
      }
      return new KafkaFeedbackLog(
          directory, options, clients, topic, known, plan.watched() ? admin : null, shared);
    } catch (LogUnavailableException e) {
      admin.close(Duration.ZERO);
      throw new KafkaAwayException(options.bootstrapServers() + ": " + e.getMessage(), e);
    } catch (IOException | RuntimeException e) {
      admin.close(Duration.ZERO);
      throw e;
    }
  }

  private KafkaFeedbackLog(
      Path directory,
      KafkaLogOptions options,
      KafkaClients clients,
      KafkaTopic topic,
      @Nullable KafkaLogFile known,
      @Nullable Admin watcher,
      boolean shared)
      throws IOException {
    this.shared = shared;
    this.directory = directory;
    this.clients = clients;
    this.topic = topic;
    timeout = options.timeout();
    takeovers = new KafkaTakeovers(known == null ? List.of() : known.takeovers());
    KafkaProducer<byte[], byte[]> producer = clients.producer();
    try {
      writer = shared ? KafkaTakeovers.SHARED : takeOver(producer);
      long last = shared ? topic.end() : readUpToTakeover(known);
      bytes = new AtomicLong(topic.sizeBytes());
      appends =
          new KafkaAppends(
              producer, topic.partition(), writer, options, topic.maxRecordBytes(), last);
      save(shared ? last : writer + 1, last);
      watch = watcher == null ? null : KafkaWatch.start(watcher, topic, appends);
    } catch (IOException | RuntimeException e) {
      producer.close(Duration.ZERO);
      throw e;
    }
  }

  /** A host that has no address now may have one later. */
  private static Admin admin(KafkaClients clients, KafkaLogOptions options) throws IOException {
    try {
      return clients.admin();
    } catch (KafkaException e) {
      List<String> unknown = KafkaAddresses.unresolved(options.bootstrapServers());
      if (unknown.isEmpty()) {
        throw new IOException("Kafka's client cannot be made: " + root(e), e);
      }
      throw new KafkaAwayException(
          "log.kafka.bootstrap_servers: " + String.join(", ", unknown) + ": no such host is known",
          e);
    }
  }

  private static Throwable root(Throwable e) {
    return e.getCause() == null ? e : root(e.getCause());
  }

  private static void refuseChronicle(Path directory) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.cq4")) {
      if (files.iterator().hasNext()) {
        throw new IOException(
            directory + " holds a log of kind chronicle, log.kind is kafka: use a new directory");
      }
    }
  }

  /**
   * Takes the log's topic over, as above.
   *
   * @param segmentBytes of the topic's files, if it is made
   */
  public static KafkaFeedbackLog open(
      Path directory, KafkaLogOptions options, long segmentBytes, boolean adopts)
      throws IOException {
    return open(directory, options, TopicPlan.kept(options, TopicPlan.LOG, segmentBytes), adopts);
  }

  /**
   * Reads what a topic holds, without taking it over.
   *
   * @param each is given the tailer at every record
   * @throws IOException as {@link #open}
   */
  static void readAll(
      Path directory, KafkaLogOptions options, TopicPlan plan, Consumer<LogTailer> each)
      throws IOException {
    KafkaLogFile known = KafkaLogFile.read(directory);
    KafkaClients clients = new KafkaClients(options);
    Admin admin = admin(clients, options);
    try {
      KafkaTopic topic = KafkaTopic.open(admin, options, plan, known == null);
      if (known != null) {
        checkSame(directory, topic, known);
      }
      KafkaTakeovers takeovers = new KafkaTakeovers(known == null ? List.of() : known.takeovers());
      long end = topic.end();
      try (KafkaTailer tailer =
          new KafkaTailer(
              clients.consumer(),
              topic.partition(),
              topic.begin(),
              takeovers,
              takeover -> {},
              () -> end,
              options.timeout(),
              Duration.ZERO,
              false,
              offset -> {},
              closed -> {})) {
        while (tailer.next()) {
          each.accept(tailer);
        }
      }
    } catch (LogUnavailableException e) {
      throw new KafkaAwayException(options.bootstrapServers() + ": " + e.getMessage(), e);
    } finally {
      admin.close(Duration.ZERO);
    }
  }

  /**
   * Whether a directory's log is in Kafka.
   *
   * @param directory as in {@link #open}
   */
  public static boolean isUsedIn(Path directory) throws IOException {
    return KafkaLogFile.read(directory) != null;
  }

  /** Name of its topic. */
  String topic() {
    return topic.partition().topic();
  }

  private static void checkAdoption(KafkaTopic topic, boolean adopts) throws IOException {
    if (!adopts && topic.end() > 0) {
      throw new IOException(
          "topic "
              + topic.partition().topic()
              + " holds records that this data directory's snapshots and journal know nothing of;"
              + " use an empty directory or another topic");
    }
  }

  private static void checkSame(Path directory, KafkaTopic topic, KafkaLogFile known)
      throws IOException {
    String name = topic.partition().topic();
    String used = known.topic() + " (" + known.topicId() + ") of cluster " + known.cluster();
    String found = name + " (" + topic.topicId() + ") of cluster " + topic.clusterId();
    if (!used.equals(found)) {
      throw new IOException(
          directory + ": its log is topic " + used + ", the configuration says " + found);
    }
  }

  private long takeOver(KafkaProducer<byte[], byte[]> producer) throws IOException {
    String name = topic.partition().topic();
    try {
      return producer
          .send(new ProducerRecord<>(name, 0, null, TAKEOVER))
          .get(timeout.toMillis(), TimeUnit.MILLISECONDS)
          .offset();
    } catch (TimeoutException e) {
      throw new KafkaAwayException("topic " + name + " takes nothing: " + e, e);
    } catch (ExecutionException e) {
      throw KafkaAwayException.orOther("topic " + name, e);
    } catch (KafkaException e) {
      throw new IOException("topic " + name + " takes nothing: " + e, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while topic " + name + " was opened", e);
    }
  }

  /** Finds all takeovers that {@code known} does not know, and returns the log's last offset. */
  private long readUpToTakeover(@Nullable KafkaLogFile known) throws IOException {
    long from = Math.max(known == null ? 0 : known.checked(), topic.begin());
    long last = known == null ? 0 : known.lastOffset();
    try (KafkaTailer tailer = newTailer(from, writer + 1)) {
      while (tailer.next()) {
        last = tailer.offset();
      }
    }
    takeovers.add(writer);
    if (takeovers.all().size() > KafkaTakeovers.MAX) {
      throw new IOException(
          "topic "
              + topic.partition().topic()
              + " was taken over more than "
              + KafkaTakeovers.MAX
              + " times since the oldest snapshot");
    }
    return last;
  }

  @Override
  public LogAppend begin(byte[] record) {
    if (record.length == 0) {
      throw new IllegalArgumentException("a record of 0 bytes, expected 1 or more");
    }
    if (closed) {
      throw new LogUnavailableException("the feedback log is closed");
    }
    LogAppend append = appends.begin(record);
    append.whenKnown(offset -> bytes.addAndGet(record.length + RECORD_OVERHEAD_BYTES), () -> {});
    return append;
  }

  @Override
  public String notTaking() {
    return appends.notTaking();
  }

  /**
   * @throws LogRecordTooLargeException if the log can never take it
   */
  void checkSize(byte[] record) {
    appends.checkSize(record);
  }

  /** Why the topic cannot be reached now, but may be later; empty if it can. Any thread. */
  String away() {
    return appends.away();
  }

  private void tookOver(long takeover) {
    if (!shared && takeover > writer) {
      LogTakenOverException taken = new LogTakenOverException(topic());
      appends.fail(String.valueOf(taken.getMessage()));
      throw taken;
    }
  }

  @Override
  public LogTailer tailer(long offset) {
    if (offset == 0) {
      return newTailer(topic.begin(), 0);
    }
    if (offset > lastOffset() || offset - 1 < topic.begin()) {
      throw notHeld(offset);
    }
    KafkaTailer tailer = newTailer(offset - 1, 0);
    if (!tailer.next() || tailer.offset() != offset) {
      tailer.close();
      throw notHeld(offset);
    }
    return tailer;
  }

  private IllegalStateException notHeld(long offset) {
    return new IllegalStateException(
        "log offset "
            + offset
            + " is not in topic "
            + topic.partition().topic()
            + ", which holds "
            + (topic.begin() + 1)
            + " to "
            + lastOffset());
  }

  @Override
  public LogTailer tailerOfLast(long records) {
    return newTailer(Math.max(topic.begin(), offsetOfLast(records)), 0);
  }

  /** Kafka's offset of the n-th last record, or below the first. */
  private long offsetOfLast(long records) {
    long end = lastOffset();
    long from = end - records;
    int others = takeovers.between(from, end);
    for (int before = 0; others > before; ) {
      before = others;
      from = end - records - others;
      others = takeovers.between(from, end);
    }
    return from;
  }

  private KafkaTailer newTailer(long position, long atLeast) {
    KafkaTailer tailer =
        new KafkaTailer(
            clients.consumer(),
            topic.partition(),
            position,
            takeovers,
            atLeast > 0 ? takeover -> {} : this::tookOver,
            atLeast > 0 ? () -> atLeast : this::lastOffset,
            timeout,
            shared ? SHARED_POLL : Duration.ZERO,
            shared,
            shared ? offset -> appends.seen(offset) : offset -> {},
            tailers::remove);
    tailers.add(tailer);
    return tailer;
  }

  @Override
  public long lastOffset() {
    return appends.lastOffset();
  }

  @Override
  public boolean isFromTheBeginning() {
    return topic.begin() == 0;
  }

  @Override
  public long sizeBytes() {
    return bytes.get();
  }

  /** A record is durable when the brokers have acknowledged it. */
  @Override
  public void force() {}

  /** What brokers have acknowledged and lost is for their operator to explain. */
  @Override
  public boolean goOnBehind(long offset) {
    return false;
  }

  @Override
  public boolean deleteUpTo(long offset, long keepRecords, long keepBytes) {
    if (closed || offset == 0) {
      return false;
    }
    long begin = topic.begin();
    double recordBytes = Math.max(1, bytes.get()) / (double) Math.max(1, lastOffset() - begin);
    long kept = (long) Math.min((double) keepRecords, keepBytes / recordBytes);
    long cut = Math.min(offset - 1, offsetOfLast(kept));
    boolean deletes = cut > begin + takeovers.between(begin, cut);
    if (deletes) {
      long end = lastOffset();
      topic.deleteBefore(cut);
      double share = (double) (end - cut) / Math.max(1, end - begin);
      bytes.updateAndGet(before -> (long) (before * share));
      takeovers.forgetBefore(cut);
    }
    try {
      save(offset, offset);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return deletes;
  }

  private void save(long checked, long last) throws IOException {
    new KafkaLogFile(
            topic.clusterId(),
            topic.partition().topic(),
            topic.topicId(),
            checked,
            last,
            takeovers.all())
        .write(directory);
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (watch != null) {
      watch.close();
    }
    appends.close();
    for (KafkaTailer tailer : List.copyOf(tailers)) {
      try {
        tailer.close();
      } catch (java.util.ConcurrentModificationException e) {
        LOG.warn("A reader of the feedback log was still at work", e);
      }
    }
    topic.close();
  }
}
