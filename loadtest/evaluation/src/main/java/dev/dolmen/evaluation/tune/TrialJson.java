package dev.dolmen.evaluation.tune;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dolmen.trainer.validation.RankMetric;
import java.io.ByteArrayOutputStream;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * A trial as one line of JSON. Ranks are a byte each, those above 20 as 21, deflated and in base
 * 64: what a paired comparison with another trial needs.
 */
final class TrialJson {
  private static final int RANK_MAX = 21;
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private TrialJson() {}

  static ObjectNode write(Trial trial) {
    ObjectNode json = MAPPER.createObjectNode().put("rung", trial.rung());
    trial.settings().forEach(json.putObject("settings")::put);
    json.put("learned", trial.learned()).put("predictions", trial.predictions());
    trial.figures().forEach((metric, figure) -> json.put(metric.key(), figure));
    return json.put("seconds", trial.seconds()).put("ranks", packed(trial.ranks()));
  }

  /**
   * Reads one back.
   *
   * @throws IllegalArgumentException if it is none
   */
  static Trial read(JsonNode json) {
    Map<String, String> settings = new LinkedHashMap<>();
    field(json, "settings")
        .properties()
        .forEach(e -> settings.put(e.getKey(), e.getValue().asText()));
    Map<RankMetric, Double> figures = new LinkedHashMap<>();
    for (RankMetric metric : Trial.METRICS) {
      figures.put(metric, field(json, metric.key()).asDouble());
    }
    int predictions = field(json, "predictions").asInt();
    return new Trial(
        field(json, "rung").asInt(),
        settings,
        field(json, "learned").asInt(),
        figures,
        field(json, "seconds").asDouble(),
        unpacked(field(json, "ranks").asText(), predictions));
  }

  private static JsonNode field(JsonNode json, String name) {
    JsonNode value = json.get(name);
    if (value == null) {
      throw new IllegalArgumentException("no " + name);
    }
    return value;
  }

  /** Ranks above 20 as one number: that is how they are read back. */
  static int[] capped(int[] ranks) {
    int[] capped = ranks.clone();
    for (int i = 0; i < capped.length; i++) {
      capped[i] = Math.min(RANK_MAX, capped[i]);
    }
    return capped;
  }

  private static String packed(int[] ranks) {
    byte[] bytes = new byte[ranks.length];
    for (int i = 0; i < ranks.length; i++) {
      bytes[i] = (byte) Math.min(RANK_MAX, ranks[i]);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (Deflater deflater = new Deflater()) {
      deflater.setInput(bytes);
      deflater.finish();
      byte[] part = new byte[8_192];
      while (!deflater.finished()) {
        out.write(part, 0, deflater.deflate(part));
      }
    }
    return Base64.getEncoder().encodeToString(out.toByteArray());
  }

  private static int[] unpacked(String text, int count) {
    byte[] bytes = new byte[count];
    int read = 0;
    try (Inflater inflater = new Inflater()) {
      inflater.setInput(Base64.getDecoder().decode(text));
      for (int more = 1; read < count && more > 0; read += more) {
        more = inflater.inflate(bytes, read, count - read);
      }
    } catch (DataFormatException e) {
      throw new IllegalArgumentException("ranks that cannot be unpacked", e);
    }
    int[] ranks = new int[read];
    for (int i = 0; i < read; i++) {
      ranks[i] = bytes[i];
    }
    if (read != count) {
      throw new IllegalArgumentException(read + " ranks for " + count + " predictions");
    }
    return ranks;
  }
}
