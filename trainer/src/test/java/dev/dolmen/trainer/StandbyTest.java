package dev.dolmen.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.trainer.log.KafkaBroker;
import dev.dolmen.trainer.log.KafkaLogOptions;
import dev.dolmen.trainer.sync.ParameterTopic;
import dev.dolmen.trainer.sync.SyncOptions;
import dev.dolmen.trainer.sync.SyncSender;
import dev.dolmen.v1.BatchEnd;
import dev.dolmen.v1.ParameterRecord;
import dev.dolmen.v1.SyncHead;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A trainer that waits for another's end, on a real broker, where the other is this test. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // Else it waits for ever.
class StandbyTest {
  private static final int POLL_MS = 50;

  @TempDir Path directory;

  /** As when brokers come back: what was sent before they went is read after the silence. */
  @Test
  void nothingIsSentBeforeAllIsLearnedThatOthersHaveLearned() throws Exception {
    EngineOptions shop = Shop.options(directory.resolve("data"));
    SyncOptions options = SyncOptions.defaults().with(o -> o.takeoverMs(1_000));
    try (KafkaBroker broker = KafkaBroker.start(directory.resolve("broker"));
        Engine engine = Engine.open(shop, InstantSource.system(), new SimpleMeterRegistry())) {
      KafkaLogOptions kafka = broker.options(Duration.ofSeconds(30));
      try (ParameterTopic topic = ParameterTopic.open(kafka, options);
          KafkaProducer<byte[], byte[]> other = producer(kafka)) {
        SyncSender sender =
            new SyncSender(options, shop.schema(), engine.learner(), topic, InstantSource.system());
        Standby standby = new Standby(options, topic, engine.learner(), sender, 0);
        send(other, kafka, 1, true, 1);
        // One to open, one for each look that finds nothing, and the one before it takes the lead.
        int last = 2 + (int) options.takeoverMs() / POLL_MS;
        AtomicInteger asked = new AtomicInteger();
        List<Long> learned = new ArrayList<>();
        List<Long> sent = new ArrayList<>();

        boolean leads =
            standby.run(
                new ArrayDeque<>(),
                0,
                (number, offset) -> {
                  learned.add(number);
                  sender.settle(offset);
                  sent.add(sender.sentSync());
                  return true;
                },
                () -> {
                  if (asked.incrementAndGet() == last) {
                    send(other, kafka, 2, false, 3);
                    send(other, kafka, 3, false, 4);
                  }
                  return false;
                });

        assertThat(leads).isTrue();
        assertThat(asked).as("the others were sent when it took the lead").hasValue(last);
        assertThat(learned).containsExactly(1L, 2L, 3L, 4L);
        assertThat(sent).containsOnly(0L);
        sender.settle(40);
        assertThat(sender.sentSync()).isEqualTo(1);
        sender.close();
      }
    }
  }

  private static KafkaProducer<byte[], byte[]> producer(KafkaLogOptions kafka) {
    return new KafkaProducer<>(
        Map.of("bootstrap.servers", kafka.bootstrapServers(), "acks", "all"),
        new ByteArraySerializer(),
        new ByteArraySerializer());
  }

  /** A sync of epoch 1 up to a batch; the one before had all but the last two of them at most. */
  private static void send(
      KafkaProducer<byte[], byte[]> to, KafkaLogOptions kafka, long sync, boolean base, int batch) {
    SyncHead.Builder head =
        SyncHead.newBuilder().setBase(base).setBatches(batch).setLogOffset(10L * batch);
    int ends = sync == 2 ? 2 : 1;
    for (int end = batch - ends + 1; end <= batch; end++) {
      head.addEnds(
          BatchEnd.newBuilder().setLogOffsetMore(end == batch - ends + 1 ? 10L * end : 10));
    }
    ParameterRecord record =
        ParameterRecord.newBuilder()
            .setLayout(1)
            .setEpoch(1)
            .setSync(sync)
            .setParts(1)
            .setHead(head)
            .build();
    var _ = to.send(new ProducerRecord<>(kafka.parametersTopic(), record.toByteArray()));
    to.flush();
  }
}
