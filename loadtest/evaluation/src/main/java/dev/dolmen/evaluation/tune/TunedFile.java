package dev.dolmen.evaluation.tune;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** The configuration that a search ends with: as it was, with what is changed and what it gave. */
final class TunedFile {
  /** Its name. */
  static final String NAME = "tuned.yaml";

  private static final Pattern SAFE = Pattern.compile("[A-Za-z0-9_./:=,+-]+");

  private final TuneResult result;
  private final TunableConfig config;

  TunedFile(TuneResult result, TunableConfig config) {
    this.result = result;
    this.config = config;
  }

  /**
   * Writes it, as a whole or not at all.
   *
   * @throws IOException if it cannot be written
   */
  Path write(Path folder) throws IOException {
    Path file = folder.resolve(NAME);
    Path part = folder.resolve(NAME + ".part");
    Files.writeString(part, text());
    return Files.move(
        part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** The file. */
  String text() {
    TuneReport report = new TuneReport(result);
    List<String> head = new ArrayList<>();
    head.add("Written by dolmen tune; dolmen config sample explains every key.");
    head.add(report.summary());
    head.add(figure());
    head.addAll(report.verdict());
    head.add("These figures again: " + again(NAME));
    head.add("The test part: " + test(NAME));
    Map<String, String> comments = new LinkedHashMap<>();
    for (TuneResult.Effect effect : result.effects()) {
      if (effect.key().equals(SearchSpace.PASSES)) {
        head.add("No key of a configuration, but an option: --passes " + effect.to());
        head.add("passes: " + comment(report, effect));
      }
      comments.put(effect.key(), comment(report, effect));
    }
    StringBuilder text = new StringBuilder();
    head.forEach(line -> text.append("# ").append(line).append('\n'));
    return text.append(config.text(result.winner().settings(), comments)).toString();
  }

  private String figure() {
    TuneResult.Comparison of = result.headline();
    return String.format(
        Locale.ROOT,
        "%s %.2f%%, as it was %.2f%%",
        result.options().metric().key(),
        100 * of.winner().mean(),
        100 * of.start().mean());
  }

  private String comment(TuneReport report, TuneResult.Effect effect) {
    String change = "from " + effect.from() + " to " + effect.to();
    return effect.by() == null
        ? change
        : change
            + ": "
            + result.options().metric().key()
            + " "
            + TuneReport.points(effect.by())
            + " points on "
            + report.share(result.effectsRung())
            + (effect.by().significant() ? "" : ", which may be chance");
  }

  /** The command that gives the figures again. */
  String again(String file) {
    String what = result.predicted().stream() ? "" : " --validation";
    return eval(file) + what + limit() + (result.predicted().stream() ? " --readings live" : "");
  }

  /** The command that evaluates on what the search has not seen. */
  String test(String file) {
    return result.predicted().stream()
        ? eval(file) + " --readings live --after " + result.predicted().limit()
        : eval(file) + limit();
  }

  private String eval(String file) {
    String protocol = result.predicted().protocol();
    int passes = config.passes(result.winner().settings());
    return "dolmen eval --data "
        + quoted(result.predicted().folder().toString())
        + " --protocol "
        + protocol
        + " --config "
        + quoted(file)
        + " --models dolmen"
        + (passes > 1 ? " --passes " + passes : "");
  }

  private String limit() {
    return result.predicted().limit() == Long.MAX_VALUE
        ? ""
        : " --limit " + result.predicted().limit();
  }

  /** For a shell. */
  private static String quoted(String text) {
    return SAFE.matcher(text).matches() ? text : "'" + text.replace("'", "'\\''") + "'";
  }
}
