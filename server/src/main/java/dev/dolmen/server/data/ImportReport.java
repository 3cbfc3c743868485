package dev.dolmen.server.data;

import java.util.List;
import java.util.Map;

/**
 * What reading a dataset came to: what is learned, what is not and why, and what else its owner
 * should know.
 *
 * @param dataset its name
 * @param columns what is made of each column of its files
 * @param timeScale what timestamps mean
 * @param clicks rows that are learned
 * @param sessions visits
 * @param eventWords how often each word of the column of event types occurs
 * @param clickedItems items that are clicked
 * @param bareItems those of them without metadata
 * @param items items of the metadata file
 * @param refused lines and values that are not taken, by reason
 * @param examples the first of each reason, with file, line and value
 * @param warnings what is probably not meant
 */
public record ImportReport(
    String dataset,
    List<Column> columns,
    TimeScale timeScale,
    long clicks,
    long sessions,
    Map<String, Long> eventWords,
    long clickedItems,
    long bareItems,
    long items,
    Map<RefusalReason, Long> refused,
    Map<RefusalReason, List<String>> examples,
    List<String> warnings) {

  /**
   * A column of a file.
   *
   * @param file its name, without the folder
   * @param name as the header has it
   * @param type as the header has it
   * @param use what is made of it, in words
   */
  public record Column(String file, String name, String type, String use) {}

  /** Lines that are not learned, clicks and items. */
  public long refusedLines() {
    return refused.entrySet().stream()
        .filter(e -> e.getKey().isBroken() || e.getKey().isStray())
        .mapToLong(Map.Entry::getValue)
        .sum();
  }

  /** How many of one reason. */
  public long refused(RefusalReason reason) {
    return refused.getOrDefault(reason, 0L);
  }
}
