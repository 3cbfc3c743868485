package dev.dolmen.trainer;

import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.trainer.learn.Learner;
import dev.dolmen.trainer.log.KafkaLogOptions;
import dev.dolmen.trainer.sync.ParameterTopic;
import dev.dolmen.trainer.sync.SyncOptions;
import dev.dolmen.trainer.sync.SyncSender;
import java.io.Closeable;
import java.io.IOException;
import java.time.InstantSource;

/** What makes an engine one of several trainers: the topic, the wait for the lead, the syncs. */
final class Leadership implements Closeable {
  private final ParameterTopic topic;
  private final SyncSender sender;
  private final Standby standby;

  private Leadership(ParameterTopic topic, SyncSender sender, Standby standby) {
    this.topic = topic;
    this.sender = sender;
    this.standby = standby;
  }

  /**
   * Finds the topic.
   *
   * @param kafka where log and parameter topic are
   * @param knownEpoch of the snapshot that was restored; 0 for none
   * @throws IOException if Kafka does not answer, or the topic is not as it should be
   */
  static Leadership open(
      KafkaLogOptions kafka,
      SyncOptions options,
      Schema schema,
      Learner learner,
      long knownEpoch,
      InstantSource clock)
      throws IOException {
    ParameterTopic topic = ParameterTopic.open(kafka, options);
    SyncSender sender = new SyncSender(options, schema, learner, topic, clock);
    return new Leadership(topic, sender, new Standby(options, topic, learner, sender, knownEpoch));
  }

  SyncSender sender() {
    return sender;
  }

  Standby standby() {
    return standby;
  }

  ClusterFigures figures(long stalenessMs, long repeatedEvents) {
    return new ClusterFigures(
        "trainer",
        standby.epoch(),
        sender.leads(),
        sender.sentSync(),
        stalenessMs,
        sender.sentBytes(),
        sender.baseBytes(),
        0,
        repeatedEvents,
        0,
        0);
  }

  @Override
  public void close() {
    sender.close();
    topic.close();
  }
}
