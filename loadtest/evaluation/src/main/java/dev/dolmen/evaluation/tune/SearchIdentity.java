package dev.dolmen.evaluation.tune;

import dev.dolmen.evaluation.comparison.ValidationTrials;
import dev.dolmen.server.config.DolmenConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * All that the trials of a search depend on, by field: two searches with the same make the same
 * trials, and may go on with one another's.
 */
final class SearchIdentity {
  private static final int DIGITS = 12;

  private SearchIdentity() {}

  /**
   * Of a search.
   *
   * @throws IOException if the program cannot read its own files
   */
  static Map<String, String> of(
      ValidationTrials data, DolmenConfig base, SearchSpace space, TuneOptions options)
      throws IOException {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("software", SoftwareVersion.current());
    fields.put("protocol", data.predicted().protocol());
    if (data.predicted().stream()) {
      fields.put("window_ms", String.valueOf(data.predicted().windowMs()));
      fields.put("live_batch_ms", String.valueOf(data.predicted().liveBatchMs()));
    }
    fields.put("data", data.dataset() + " " + data.fingerprint().substring(0, DIGITS));
    fields.put("configuration", digest(base.engine().toString()));
    fields.put("keys", String.join(",", space.keys()));
    fields.put("space", digest(space.describe()));
    fields.put("metric", options.metric().key());
    fields.put("trials", String.valueOf(options.ladder().trials()));
    fields.put("eta", String.valueOf(options.ladder().eta()));
    fields.put("rungs", String.valueOf(options.ladder().rungs()));
    fields.put("seed", String.valueOf(options.seed()));
    return fields;
  }

  private static String digest(String text) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of()
          .formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)))
          .substring(0, DIGITS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
