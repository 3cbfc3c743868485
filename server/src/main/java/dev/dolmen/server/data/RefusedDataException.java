package dev.dolmen.server.data;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A dataset of which too much cannot be taken; the message lists it, file, line and value each, one
 * a line.
 */
public final class RefusedDataException extends IOException {
  private static final long serialVersionUID = 1;

  /** Share of the rows up to which those that say what cannot be are left out unasked. */
  private static final double STRAY_SHARE_MAX = 0.1;

  private RefusedDataException(String message) {
    super(message);
  }

  /**
   * Goes on only if what was found may be learned.
   *
   * @throws RefusedDataException if lines are broken, or too many say what cannot be, and the
   *     options do not say that they are left out; or if nothing is left
   */
  static void check(RecBoleDataset dataset, ClickSurvey clicks) throws RefusedDataException {
    Refusals refusals = clicks.refusals();
    long taken = clicks.profile().events();
    if (!clicks.profile().rules().options().skipBadLines()) {
      if (refusals.broken() > 0) {
        throw new RefusedDataException(broken(dataset, refusals));
      }
      if (refusals.stray() > STRAY_SHARE_MAX * (taken + refusals.stray())) {
        throw new RefusedDataException(tooMany(dataset, taken, refusals));
      }
    }
    if (taken == 0) {
      throw new RefusedDataException(
          dataset.parts().getFirst()
              + ": no interactions, expected at least one"
              + (refusals.of(RefusalReason.NOT_A_CLICK) > 0
                  ? String.format(
                      Locale.ROOT,
                      "; %,d rows were shown and not clicked",
                      refusals.of(RefusalReason.NOT_A_CLICK))
                  : "")
              + listed(refusals, false));
    }
  }

  private static String broken(RecBoleDataset dataset, Refusals refusals) {
    boolean one = refusals.broken() == 1;
    String them = one ? "it" : "them";
    return String.format(
            Locale.ROOT,
            "%s: %,d %s cannot be read, so nothing is learned; mend %s, or leave %s out with"
                + " --skip-bad-lines",
            dataset.name(),
            refusals.broken(),
            one ? "line" : "lines",
            them,
            them)
        + (refusals.of(RefusalReason.NUMBER) > 0
            ? ", or numbers of items with --bad-values unknown"
            : "")
        + listed(refusals, true);
  }

  private static String tooMany(RecBoleDataset dataset, long taken, Refusals refusals) {
    return String.format(
        Locale.ROOT,
        "%s: %,d of %,d lines say what cannot be, more than a tenth, so nothing is learned;"
            + " mend them, or leave them out with --skip-bad-lines%s%s",
        dataset.name(),
        refusals.stray(),
        taken + refusals.stray(),
        refusals.of(RefusalReason.TIME_UNIT) + refusals.of(RefusalReason.TIME) > 0
            ? "; --time-unit says what timestamps are"
            : "",
        listed(refusals, false));
  }

  /** The first of each reason, one a line. */
  private static String listed(Refusals refusals, boolean broken) {
    List<String> lines = new ArrayList<>();
    refusals
        .counts()
        .forEach((reason, n) -> {
          if (broken ? reason.isBroken() : reason.isStray()) {
            List<String> examples = refusals.examples(reason);
            int places = Math.min(examples.size(), reason.placesShown());
            examples.stream().limit(places).forEach(e -> lines.add("  " + e));
            if (n > places) {
              lines.add(
                  String.format(Locale.ROOT, "  and %,d more: %s", n - places, reason.words()));
            }
          }
        });
    return lines.isEmpty() ? "" : "\n" + String.join("\n", lines);
  }
}
