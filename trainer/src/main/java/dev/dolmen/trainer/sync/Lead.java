package dev.dolmen.trainer.sync;

import dev.dolmen.v1.ParameterRecord;
import java.io.Closeable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The right to write to the parameter topic, which one process has at a time.
 *
 * <p>It is Kafka's: all trainers use one transactional id, and whoever initializes it last shuts
 * out those before, whose open transaction is aborted and who can commit nothing any more, however
 * long they slept and whatever their clock says. Readers see committed transactions alone. So after
 * {@link #take} the topic's end does not move but by this process, the newest epoch in it is known,
 * and the one above it is this process' own. One thread.
 */
public final class Lead implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(Lead.class);
  private static final int TRANSACTION_TIMEOUT_MS = 60_000;
  private static final long RETRY_MS = 200;

  private final ParameterTopic topic;
  private final KafkaProducer<byte[], byte[]> producer;
  private long epoch;

  private Lead(ParameterTopic topic, KafkaProducer<byte[], byte[]> producer) {
    this.topic = topic;
    this.producer = producer;
  }

  /**
   * Shuts out whoever has it.
   *
   * @throws LeadLostException if another trainer shut this one out meanwhile
   * @throws KafkaException if Kafka does not answer; nobody is known to be shut out
   */
  public static Lead take(ParameterTopic topic) {
    String id = topic.partition().topic() + "-lead";
    KafkaProducer<byte[], byte[]> producer =
        topic.clients().fencedProducer(id, TRANSACTION_TIMEOUT_MS);
    boolean taken = false;
    try {
      producer.initTransactions();
      taken = true;
      return new Lead(topic, producer);
    } catch (ProducerFencedException | InvalidProducerEpochException e) {
      // Who asked again at once would shut out the other, which would do the same.
      throw new LeadLostException("another trainer leads: it was faster to take the lead", e);
    } finally {
      if (!taken) {
        producer.close(Duration.ZERO);
      }
    }
  }

  /**
   * Begins an epoch, above all that the topic holds.
   *
   * @throws LeadLostException if another trainer was faster
   */
  void begin(long newEpoch, BooleanSupplier givesUp) {
    epoch = newEpoch;
    var _ = commit(List.of(sign(false)), givesUp);
  }

  /** Which lead this is; 0 before it began. */
  long epoch() {
    return epoch;
  }

  /**
   * What shows that somebody leads.
   *
   * @param resigns whether nobody does from here on
   */
  ParameterRecord sign(boolean resigns) {
    return ParameterRecord.newBuilder()
        .setLayout(SyncReader.LAYOUT)
        .setEpoch(epoch)
        .setResigns(resigns)
        .build();
  }

  /**
   * Writes records as one: all of them are in the topic, one after the other, or none. Tries until
   * they are, or it is certain that they will not be.
   *
   * @return Kafka's offset of the first
   * @throws LeadLostException if another trainer has taken the lead, or it is given up
   */
  long commit(List<ParameterRecord> records, BooleanSupplier givesUp) {
    while (true) {
      try {
        return tryCommit(records, givesUp);
      } catch (ProducerFencedException
          | InvalidProducerEpochException
          | OutOfOrderSequenceException
          | AuthorizationException e) {
        throw lost(e);
      } catch (KafkaException e) {
        LOG.warn("A sync could not be written, it is tried again: {}", e.toString());
        abort(e, givesUp);
        pause(givesUp, e);
      }
    }
  }

  private long tryCommit(List<ParameterRecord> records, BooleanSupplier givesUp) {
    producer.beginTransaction();
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    for (ParameterRecord record : records) {
      sent.add(
          producer.send(
              new ProducerRecord<>(topic.partition().topic(), 0, null, record.toByteArray())));
    }
    boolean committed = false;
    while (!committed) {
      try {
        producer.commitTransaction();
        committed = true;
      } catch (TimeoutException e) {
        // Whether it is committed is not known, and asking again is how to find out.
        pause(givesUp, e);
      }
    }
    return offset(sent.getFirst());
  }

  private static long offset(Future<RecordMetadata> sent) {
    try {
      return sent.get().offset();
    } catch (ExecutionException e) {
      throw new KafkaException("committed, but not sent", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new KafkaException("interrupted", e);
    }
  }

  /** While Kafka is away nobody else can take the lead either: it is asked until it answers. */
  private void abort(KafkaException cause, BooleanSupplier givesUp) {
    boolean aborted = false;
    while (!aborted) {
      try {
        producer.abortTransaction();
        aborted = true;
      } catch (TimeoutException e) {
        pause(givesUp, e);
      } catch (KafkaException | IllegalStateException e) {
        e.addSuppressed(cause);
        throw lost(e);
      }
    }
  }

  private LeadLostException lost(Exception e) {
    return new LeadLostException(
        "another trainer leads, or nobody can tell: epoch "
            + epoch
            + " has ended ("
            + e.getClass().getSimpleName()
            + ")",
        e);
  }

  private void pause(BooleanSupplier givesUp, KafkaException cause) {
    if (givesUp.getAsBoolean()) {
      throw new LeadLostException("epoch " + epoch + " is given up as the process ends", cause);
    }
    try {
      Thread.sleep(RETRY_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LeadLostException("interrupted", e);
    }
  }

  @Override
  public void close() {
    producer.close(Duration.ZERO);
  }
}
