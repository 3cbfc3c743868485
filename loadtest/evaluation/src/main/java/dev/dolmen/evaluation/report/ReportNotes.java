package dev.dolmen.evaluation.report;

import dev.dolmen.evaluation.comparison.EvalResult;
import dev.dolmen.evaluation.comparison.ExampleSession;
import dev.dolmen.evaluation.comparison.ReportSection;
import dev.dolmen.evaluation.metric.Bootstrap;
import dev.dolmen.evaluation.metric.Estimate;
import dev.dolmen.evaluation.metric.Percent;
import dev.dolmen.evaluation.metric.TopItems;
import dev.dolmen.evaluation.model.EvalModel;
import dev.dolmen.traffic.local.Machine;
import dev.dolmen.trainer.validation.RankMetric;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** The sentences of a report. */
final class ReportNotes {
  /** What the chances of the reliability diagrams are. */
  static final String CHANCES =
      "A chance is the share that the softmax of a model's scores over all items that it could"
          + " recommend gives the item ranked first, or the first 20 together; where the session's"
          + " own items are not ranked, they have no share. It is the chance that the model's"
          + " training loss, a softmax over sampled items, is about; that an item not seen so far"
          + " may be next, it does not know. It is no chance of a click on what is shown: the"
          + " dataset does not say what was shown. Each shape is one of up to 20 groups of equally"
          + " many predictions, by rising chance; its whisker is Wilson's interval of 95%. On the"
          + " dashed line chances and clicks agree; the calibration error is the mean distance from"
          + " it. Of the first seed; models whose scores are no chances are left out.";

  private ReportNotes() {}

  /** One sentence: how the first model does, and whether it is ahead of the best of the others. */
  static String headline(ReportSection section) {
    ReportSection.Model first = section.models().getFirst();
    return section.models().stream()
        .skip(1)
        .max(Comparator.comparingDouble(m -> m.metric(RankMetric.RECALL_20).mean()))
        .map(other -> verdict(section, first, other))
        .orElseGet(() -> alone(section, first));
  }

  private static String alone(ReportSection section, ReportSection.Model model) {
    Estimate found = model.metric(RankMetric.RECALL_20);
    return String.format(
        Locale.ROOT,
        "%s finds the next item among its first 20 in %s [%.2f, %.2f] of %,d predictions.",
        model.name(),
        Percent.of(found.mean()),
        100 * found.low(),
        100 * found.high(),
        section.predictions());
  }

  private static String verdict(
      ReportSection section, ReportSection.Model first, ReportSection.Model other) {
    Estimate less = section.lessFirst(other.name(), RankMetric.RECALL_20);
    String which = other.name() + (section.models().size() > 2 ? " (the best of the others)" : "");
    String said =
        !less.significant()
            ? first.name() + " and " + which + " cannot be told apart"
            : first.name() + (less.mean() < 0 ? " is ahead of " : " is behind ") + which;
    String by =
        String.format(
            Locale.ROOT,
            "%+.2f points [%+.2f, %+.2f]",
            -100 * less.mean(),
            -100 * less.high(),
            -100 * less.low());
    return String.format(
        Locale.ROOT,
        "%s: the next item is among the first 20 in %s against %s of %,d predictions, %s.",
        said,
        Percent.of(first.metric(RankMetric.RECALL_20).mean()),
        Percent.of(other.metric(RankMetric.RECALL_20).mean()),
        section.predictions(),
        less.significant() ? by : "and the difference of " + by + " may be chance");
  }

  /** What the intervals of a section are. */
  static String intervals(ReportSection section) {
    boolean seeds = section.models().stream().anyMatch(m -> m.runs() > 1);
    return String.format(
        Locale.ROOT,
        "%,d predictions. Whiskers are intervals of 95%% over %,d %s%s.",
        section.predictions(),
        section.units(),
        section.unit(),
        seeds ? "; what depends on a seed is the mean over the seeds" : "");
  }

  /** How example sessions were chosen. */
  static String examples(List<ExampleSession> examples) {
    return String.format(
        Locale.ROOT,
        "%s, evenly spaced over all of them, whatever came of them.",
        examples.size() == 1 ? "One prediction" : examples.size() + " predictions");
  }

  /** Where a model had what came. */
  static String place(ExampleSession.Answer answer) {
    return answer.place() == 0 ? "not in the first " + EvalModel.TOP : "in place " + answer.place();
  }

  /** Clicks of the session that are not named. */
  static String before(ExampleSession example) {
    return example.before() == 0
        ? ""
        : String.format(
            Locale.ROOT, "after %,d other%s", example.before(), example.before() == 1 ? "" : "s");
  }

  /** How it was measured. */
  static List<String> method(EvalResult result) {
    List<String> notes = new ArrayList<>();
    notes.add(
        "A rank is one more than the number of other items that score as high or higher. Recall is"
            + " the hit rate, as each prediction has one target; MRR is the mean of 1 / rank, NDCG"
            + " that of 1 / log2(rank + 1), each 0 beyond the cut.");
    notes.add(
        String.format(
            Locale.ROOT,
            "Intervals are the middle 95%% of %,d draws with replacement, the same draws for every"
                + " model, so that differences are paired. Of a stream, windows are drawn, and"
                + " count alike; otherwise sessions are. With several seeds each prediction counts"
                + " with its mean over them; the interval is not over seeds.",
            Bootstrap.RESAMPLES));
    notes.add(
        "Coverage is the share of the items that are in anybody's first 20; popularity the mean"
            + " place of a recommended item by clicks learned, 100% for the most clicked, and less"
            + " clicked is this less the same of the items that were clicked, in points; effective"
            + " items are how many it would be if all were recommended equally often.");
    notes.add(
        String.format(
            Locale.ROOT,
            "The Vendi score says how many items of a list of 20 have nothing in common: the"
                + " exponential of the entropy of the eigenvalues of their similarities, which are"
                + " %s. It is the mean over up to %,d lists, evenly spaced.",
            result.compared().isEmpty()
                ? "unknown here, as the items have no metadata of kind category, path, tokens or"
                    + " text"
                : "the mean Jaccard index of their values of "
                    + String.join(", ", result.compared()),
            TopItems.SAMPLE));
    notes.add(
        "What a model holds is the growth of the heap after a full collection, and its rows outside"
            + " of it; process MB is the most that the process had resident while it learned and"
            + " answered, the dataset included.");
    notes.add(
        String.format(
            Locale.ROOT,
            "Dolmen learned the history %s, with %s. %,d predictions are of items that were never"
                + " learned, which is a miss for every model.",
            counted(result.passes(), "time"),
            counted(result.seeds(), "seed"),
            result.unknownTargets()));
    notes.add(
        String.format(
            Locale.ROOT,
            "%.0f s, peak memory %,d MB, %s.",
            result.seconds(),
            result.peakRssBytes() / 1_000_000,
            Machine.description()));
    return notes;
  }

  private static String counted(int n, String what) {
    return n + " " + what + (n == 1 ? "" : "s");
  }
}
