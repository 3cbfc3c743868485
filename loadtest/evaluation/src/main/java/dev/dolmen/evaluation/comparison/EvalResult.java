package dev.dolmen.evaluation.comparison;

import dev.dolmen.evaluation.metric.ListDiversity;
import java.util.List;
import java.util.Locale;

/**
 * What came of an evaluation.
 *
 * @param dataset name
 * @param protocol as the user gave it
 * @param validation whether a part of what is learned was predicted, for tuning
 * @param learned clicks that were learned, of the first section
 * @param items that could be recommended
 * @param unknownTargets predictions whose target was never learned and is not in what is ranked: a
 *     miss for every model
 * @param passes over the history
 * @param seeds runs of models that depend on one
 * @param sections the headline first
 * @param examples some of the headline's predictions, one by one
 * @param compared names of the slots by which items of a list are compared, see {@link
 *     ListDiversity}
 * @param seconds in all
 * @param peakRssBytes most memory that this process had; -1 if unknown
 */
public record EvalResult(
    String dataset,
    String protocol,
    boolean validation,
    int learned,
    int items,
    int unknownTargets,
    int passes,
    int seeds,
    List<ReportSection> sections,
    List<ExampleSession> examples,
    List<String> compared,
    double seconds,
    long peakRssBytes) {
  /** What the figures at the top are of. */
  public ReportSection headline() {
    return sections.getFirst();
  }

  /** One line that says what was done. */
  public String summary() {
    return String.format(
        Locale.ROOT,
        "%s, %s%s: %,d predictions of %,d items, %,d clicks learned",
        dataset,
        protocol,
        validation ? " (validation)" : "",
        headline().predictions(),
        items,
        learned);
  }
}
