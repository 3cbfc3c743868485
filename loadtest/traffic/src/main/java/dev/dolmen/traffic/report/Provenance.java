package dev.dolmen.traffic.report;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * What a figure is worth something by: when and where it was measured, by which program, and the
 * command that makes it again.
 *
 * @param commandLine as it was typed
 * @param settings options as they were, those that were not given included
 * @param at when the figures were there
 * @param machine what it ran on
 * @param version of the program
 * @param commit of the program
 */
public record Provenance(
    String commandLine,
    String settings,
    Instant at,
    String machine,
    String version,
    Commit commit) {
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("yyyy-MM-dd", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter DATE_AND_TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);

  /** The day, as in {@code 2026-11-28}. */
  public String date() {
    return DATE.format(at);
  }

  /** The day and the minute. */
  public String dateAndTime() {
    return DATE_AND_TIME.format(at);
  }

  /** Version and commit in one line. */
  public String program() {
    return commit.id().equals(version) ? version : version + ", commit " + commit;
  }
}
