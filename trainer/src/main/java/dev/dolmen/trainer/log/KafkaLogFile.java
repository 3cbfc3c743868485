package dev.dolmen.trainer.log;

import dev.dolmen.parameterstore.file.PrivateFiles;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a data directory knows of its topic, in {@code log/kafka.properties}: which one it is, so
 * that no other is taken for it, and what a start would else have to read all of the topic for.
 *
 * @param cluster id of the Kafka cluster
 * @param topic its name
 * @param topicId the id that Kafka gave it; a topic that is deleted and made again has another
 * @param checked takeovers before this offset are among {@code takeovers}
 * @param lastOffset the log's last record before that, as {@link FeedbackLog} counts
 * @param takeovers Kafka's offsets, ascending
 */
record KafkaLogFile(
    String cluster,
    String topic,
    String topicId,
    long checked,
    long lastOffset,
    List<Long> takeovers) {
  private static final String NAME = "kafka.properties";

  /** Reads it; null if there is none. */
  static @Nullable KafkaLogFile read(Path directory) throws IOException {
    Path file = directory.resolve(NAME);
    if (!Files.exists(file)) {
      return null;
    }
    Properties values = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      values.load(reader);
      return new KafkaLogFile(
          value(values, "cluster"),
          value(values, "topic"),
          value(values, "topicId"),
          Long.parseLong(value(values, "checked")),
          Long.parseLong(value(values, "lastOffset")),
          takeovers(value(values, "takeovers")));
    } catch (IllegalArgumentException e) {
      throw new IOException(file + " is damaged: " + e.getMessage(), e);
    }
  }

  /** A log that is shared has none. */
  private static List<Long> takeovers(String listed) {
    return listed.isEmpty()
        ? List.of()
        : Arrays.stream(listed.split(",", -1)).map(Long::valueOf).toList();
  }

  private static String value(Properties values, String key) {
    String value = values.getProperty(key);
    if (value == null) {
      throw new IllegalArgumentException("it has no " + key);
    }
    return value;
  }

  /** Puts it in the place of the one before; it is durable then. */
  void write(Path directory) throws IOException {
    String text =
        String.join(
            "\n",
            "# The topic that this data directory's feedback log is in. Not to be edited.",
            "cluster=" + cluster,
            "topic=" + topic,
            "topicId=" + topicId,
            "checked=" + checked,
            "lastOffset=" + lastOffset,
            "takeovers=" + takeovers.stream().map(String::valueOf).collect(Collectors.joining(",")),
            "");
    PrivateFiles.replace(directory.resolve(NAME), text);
  }
}
