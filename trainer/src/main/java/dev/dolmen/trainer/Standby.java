package dev.dolmen.trainer;

import dev.dolmen.model.kernel.Kernels;
import dev.dolmen.trainer.learn.Learner;
import dev.dolmen.trainer.log.BatchJournal;
import dev.dolmen.trainer.sync.Lead;
import dev.dolmen.trainer.sync.LeadLostException;
import dev.dolmen.trainer.sync.ParameterTopic;
import dev.dolmen.trainer.sync.Sync;
import dev.dolmen.trainer.sync.SyncOptions;
import dev.dolmen.trainer.sync.SyncReader;
import dev.dolmen.trainer.sync.SyncSender;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A trainer that does not lead yet. It learns the batches that the one that leads has cut, from the
 * same log, and so holds the same state to the bit; when nobody has shown that they lead for a
 * while, it shuts out whoever may still think so, learns what is left and leads. Owned by the
 * training thread.
 */
final class Standby {
  private static final Logger LOG = LoggerFactory.getLogger(Standby.class);
  private static final Duration POLL = Duration.ofMillis(50);
  private static final long AWAY_MS = 500;

  private final SyncOptions options;
  private final ParameterTopic topic;
  private final Learner learner;
  private final SyncSender sender;

  /** Batches that others have learned and this one has not, in order. */
  private final ArrayDeque<Sync.End> ends = new ArrayDeque<>();

  /** The topic may have lost what it held of this lead, as may all of its records. */
  private final long knownEpoch;

  private long lastKnown;
  private long firstKnown;

  /** The newest lead of other kernels that was told of. */
  private long warnedEpoch;

  private volatile long epoch;
  private volatile boolean standsBy;
  private String hindrance = "";

  /** Learns a batch that ends at a place of the log; false if the engine is to stop. */
  @FunctionalInterface
  interface Batches {
    boolean learn(long number, long lastOffset) throws IOException;
  }

  /**
   * @param knownEpoch of the snapshot that was restored; 0 for none
   */
  Standby(
      SyncOptions options,
      ParameterTopic topic,
      Learner learner,
      SyncSender sender,
      long knownEpoch) {
    this.knownEpoch = knownEpoch;
    this.options = options;
    this.topic = topic;
    this.learner = learner;
    this.sender = sender;
  }

  /** Whether this trainer waits for another's end. Any thread. */
  boolean standsBy() {
    return standsBy;
  }

  /** The newest epoch that it has seen. Any thread. */
  long epoch() {
    return Math.max(epoch, sender.epoch());
  }

  /**
   * Learns with the others until this trainer leads.
   *
   * @param journal batches that this directory has learned and are to be learned again; emptied
   * @param logOffset of the last record that is applied
   * @param stops whether the engine is to stop
   * @return false if it is
   * @throws IOException if what was learned here is not what the others have learned
   * @throws LeadLostException if another trainer was faster to take the lead
   */
  boolean run(
      ArrayDeque<BatchJournal.Entry> journal,
      long logOffset,
      Batches batches,
      BooleanSupplier stops)
      throws IOException, InterruptedException {
    standsBy = true;
    SyncReader reader = open(stops);
    if (reader == null) {
      return false;
    }
    try (reader) {
      reader.readToEnd(this::take);
      check(logOffset);
      return learnJournal(journal, batches)
          && follow(reader, batches, stops)
          && lead(reader, batches, stops);
    } finally {
      standsBy = false;
    }
  }

  private @Nullable SyncReader open(BooleanSupplier stops) throws InterruptedException {
    while (!stops.getAsBoolean()) {
      try {
        return new SyncReader(topic);
      } catch (IOException e) {
        hindered("Waiting for Kafka: " + e.getMessage());
      }
    }
    return null;
  }

  /** Waits before it is tried again; what is in the way is said once, however long it is. */
  private void hindered(String by) throws InterruptedException {
    if (!by.equals(hindrance)) {
      hindrance = by;
      LOG.warn("{}", by);
    }
    Thread.sleep(AWAY_MS);
  }

  private void take(Sync sync) {
    String kernels = sync.head().getKernels();
    if (Kernels.areOthers(kernels) && sync.epoch() > warnedEpoch) {
      warnedEpoch = sync.epoch();
      LOG.warn(
          "Epoch {} leads with {} kernels, and this processor has {}: what is held here differs in"
              + " its last bits, and servers get a base of it if this trainer takes the lead",
          warnedEpoch,
          kernels,
          Kernels.best().name());
    }
    for (Sync.End end : sync.ends()) {
      firstKnown = firstKnown == 0 ? end.number() : firstKnown;
      if (end.number() > lastKnown) {
        lastKnown = end.number();
        ends.addLast(end);
      }
    }
    epoch = sync.epoch();
  }

  /** A snapshot is kept only when the topic holds what it has learned. */
  private void check(long logOffset) throws IOException {
    long learned = learner.batches();
    if (lastKnown > 0 && learned > lastKnown) {
      throw new IOException(
          "this data directory has learned "
              + learned
              + " batches, the cluster of topic "
              + topic.name()
              + " only "
              + lastKnown
              + ": it is another cluster's; start with an empty directory");
    }
    Sync.End next = null;
    while (!ends.isEmpty() && ends.getFirst().number() <= learned) {
      next = ends.removeFirst();
      sender.remember(next);
    }
    boolean before = next != null && next.number() == learned && next.logOffset() > logOffset;
    boolean behind = !ends.isEmpty() && ends.getFirst().logOffset() < logOffset;
    if (before || behind) {
      throw new IOException(
          "batch "
              + learned
              + " of this data directory is not that of the cluster of topic "
              + topic.name()
              + ": start with an empty directory");
    }
  }

  /** What the journal names and others do not know was cut by a lead that has ended: not again. */
  private boolean learnJournal(ArrayDeque<BatchJournal.Entry> journal, Batches batches)
      throws IOException {
    boolean goesOn = true;
    while (goesOn && !journal.isEmpty()) {
      BatchJournal.Entry entry = journal.removeFirst();
      boolean unknown = lastKnown > 0 && entry.number() > lastKnown;
      boolean known = !ends.isEmpty() && ends.getFirst().number() <= entry.number();
      if (unknown || known) {
        journal.clear();
      } else {
        goesOn = batches.learn(entry.number(), entry.lastOffset());
      }
    }
    if (goesOn && !ends.isEmpty() && ends.getFirst().number() > learner.batches() + 1) {
      throw new IOException(
          "this data directory has learned "
              + learner.batches()
              + " batches, topic "
              + topic.name()
              + " names those from "
              + firstKnown
              + " on: start with a newer snapshot");
    }
    return goesOn;
  }

  private boolean follow(SyncReader reader, Batches batches, BooleanSupplier stops)
      throws IOException, InterruptedException {
    if (!reader.isVacant()) {
      LOG.info("Stands by: epoch {} leads", reader.epoch());
    }
    while (!stops.getAsBoolean()) {
      if (!learnKnown(batches)) {
        return false;
      }
      try {
        boolean came = reader.poll(POLL, this::take);
        hindrance = "";
        epoch = reader.epoch();
        boolean silent = reader.silentMs() >= options.takeoverMs();
        if (!came && (silent || reader.isVacant())) {
          return true;
        }
      } catch (KafkaException e) {
        hindered("Topic " + topic.name() + " cannot be read now: " + e.getMessage());
      }
    }
    return false;
  }

  private boolean learnKnown(Batches batches) throws IOException {
    while (!ends.isEmpty()) {
      Sync.End end = ends.removeFirst();
      if (!batches.learn(end.number(), end.logOffset())) {
        return false;
      }
    }
    return true;
  }

  private boolean lead(SyncReader reader, Batches batches, BooleanSupplier stops)
      throws IOException, InterruptedException {
    while (!stops.getAsBoolean()) {
      try {
        Lead lead = Lead.take(topic);
        // Nobody else writes from here on: this is all there will be of those before.
        reader.readToEnd(this::take);
        sender.lead(lead, Math.max(reader.epoch(), knownEpoch) + 1);
        boolean caughtUp = learnKnown(batches);
        if (caughtUp) {
          sender.caughtUp();
        }
        return caughtUp;
      } catch (KafkaException e) {
        hindered("The lead cannot be taken now: " + e.getMessage());
      }
    }
    return false;
  }
}
