package dev.dolmen.traffic.drill;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What is done to the server or to its events. */
enum DrillKind {
  /** The process is killed at random moments, as {@code kill -9} does. */
  CRASH,
  /** Every event is sent twice, the second time a little later. */
  DUPLICATE,
  /** Events are shuffled within a few seconds. */
  REORDER,
  /** The file system of the data directory fills up, and has room again. */
  DISK_FULL,
  /** The log pauses before, or after, it takes a record; the process is killed meanwhile. */
  SLOW_DISK,
  /** The server's clock jumps, days ahead and hours back; the process is killed meanwhile. */
  CLOCK_JUMP;

  /** Kills of a drill whose damage is another. */
  private static final int FEW_KILLS = 3;

  /** The name on the command line. */
  String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static String labels() {
    return Arrays.stream(values()).map(DrillKind::label).collect(Collectors.joining(", "));
  }

  /** How often the process is killed, or the disk filled, of the number that was asked for. */
  int kills(int asked) {
    return switch (this) {
      case CRASH -> asked;
      case SLOW_DISK, CLOCK_JUMP, DISK_FULL -> Math.min(asked, FEW_KILLS);
      case DUPLICATE, REORDER -> 0;
    };
  }
}
