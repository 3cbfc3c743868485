package dev.dolmen.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dolmen.trainer.log.KafkaBroker;
import dev.dolmen.trainer.log.KafkaLogOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Topics made and checked from the command line, on a real broker. */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // Else it waits for ever.
class TopicCommandTest {
  @TempDir static Path brokerDirectory;
  private static KafkaBroker broker;

  @TempDir Path directory;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeAll
  static void startBroker() throws Exception {
    broker = KafkaBroker.start(brokerDirectory);
  }

  @AfterAll
  static void stopBroker() {
    broker.close();
  }

  private int run(String... arguments) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    return DolmenCommand.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }

  private String config(KafkaLogOptions kafka, String more) throws IOException {
    return config(kafka.bootstrapServers(), kafka.topic(), 20, more);
  }

  /** Of a cluster that is not there, which is waited for. */
  private String away(String servers, String more) throws IOException {
    return config(servers, "t", 1, more);
  }

  private String config(String servers, String topic, int timeoutSec, String more)
      throws IOException {
    Path file = directory.resolve("dolmen.yaml");
    Files.writeString(
        file,
        """
        data_directory: data
        schema:
          slots:
            - {name: item_id, kind: id, dimension: 4}
        log:
          kind: kafka
          kafka: {bootstrap_servers: "%s", topic: %s, timeout: %ds%s}
        """
            .formatted(servers, topic, timeoutSec, more));
    return file.toString();
  }

  @Test
  void makesWhatIsMissingAndSaysSo() throws Exception {
    KafkaLogOptions kafka = broker.options(Duration.ofSeconds(20));
    String config =
        config(
            kafka,
            ", replication_factor: 1, min_insync_replicas: 1, max_message_bytes: 2MiB,"
                + " parameters_retention: 2h");
    assertThat(run("topic", "check", "--config", config)).isEqualTo(1);
    assertThat(err.toString())
        .contains("topic " + kafka.topic() + ": it is missing")
        .contains("topic " + kafka.topic() + "-batches: it is missing");
    assertThat(run("topic", "create", "--config", config)).as(err.toString()).isZero();
    assertThat(out.toString())
        .contains("made now")
        .contains(kafka.topic() + "-parameters")
        .contains("max.message.bytes 2098176")
        .contains("retention.ms 7200000")
        .doesNotContain("there");
    assertThat(run("topic", "create", "--config", config)).isZero();
    assertThat(out.toString()).contains("there").doesNotContain("made now");
    assertThat(run("topic", "check", "--config", config, "--json")).isZero();
    JsonNode topics = new ObjectMapper().readTree(out.toString()).path("topics");
    assertThat(topics).hasSize(3);
    assertThat(topics.path(0).path("settings").path("cleanup.policy").asText()).isEqualTo("delete");
    assertThat(topics.path(0).path("settings").path("partitions").asText()).isEqualTo("1");
    assertThat(topics.path(0).path("problems")).isEmpty();
  }

  @Test
  void saysWhatIsWrongWithWhatOthersHaveMade() throws Exception {
    KafkaLogOptions kafka = broker.options(Duration.ofSeconds(20));
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
      admin
          .createTopics(
              List.of(
                  new NewTopic(kafka.topic(), Optional.of(1), Optional.empty())
                      .configs(
                          Map.of(
                              "retention.ms", "3600000",
                              "cleanup.policy", "compact",
                              "max.message.bytes", "1048588"))))
          .all()
          .get();
    }
    String config = config(kafka, ", min_insync_replicas: 2");
    assertThat(run("topic", "create", "--config", config)).isEqualTo(1);
    String topic = "topic " + kafka.topic() + ": ";
    assertThat(err.toString())
        .contains(topic + "cleanup.policy is compact, expected delete")
        .contains(topic + "retention.ms is 3600000, expected -1")
        .contains(topic + "max.message.bytes is 1048588, expected 16777216 or more")
        .contains(topic + "min.insync.replicas is 1, expected 2 or more");
  }

  @Test
  void configCheckFindsFilesAndHostsThatAreNotThere() throws Exception {
    String file = directory.resolve("nowhere.properties").toString();
    String config = away("127.0.0.1:1", ", client_properties_file: " + file);
    assertThat(run("config", "check", config)).isEqualTo(2);
    assertThat(err.toString())
        .contains("log.kafka.client_properties_file: " + file + ": there is no such file");
    assertThat(run("config", "check", away("no-such-host.invalid:9092", ""))).isEqualTo(2);
    assertThat(err.toString())
        .contains("log.kafka.bootstrap_servers: no-such-host.invalid: no such host is known here");
    assertThat(run("config", "check", away("127.0.0.1:1", ""))).as(err.toString()).isZero();
    assertThat(run("topic", "check", "--config", away("127.0.0.1:1", ""))).isEqualTo(1);
    assertThat(err.toString()).contains("Kafka at 127.0.0.1:1: ");
  }

  @Test
  void configCheckHoldsTheRoleAgainstTheRest() throws Exception {
    Path file = directory.resolve("alone.yaml");
    Files.writeString(
        file,
        """
        data_directory: data
        schema: {slots: [{name: item_id, kind: id, dimension: 4}]}
        cluster: {role: server}
        """);
    assertThat(run("config", "check", file.toString())).isEqualTo(2);
    assertThat(err.toString())
        .contains("cluster.role: server, but log.kind is chronicle, expected kafka");
    Files.writeString(
        file,
        """
        data_directory: data
        schema: {slots: [{name: item_id, kind: id, dimension: 4}]}
        cluster: {role: trainer, record_bytes: 2MiB}
        log:
          kind: kafka
          kafka: {bootstrap_servers: "127.0.0.1:1", topic: t, max_message_bytes: 1MiB}
          outage_buffer: {max_bytes: 2MiB}
        """);
    assertThat(run("config", "check", file.toString())).isEqualTo(2);
    assertThat(err.toString())
        .contains("cluster.record_bytes: 2097152, expected 983040 at most")
        .contains("log.outage_buffer.max_bytes: 2097152, expected 0 with cluster.role: trainer");
  }
}
