package dev.dolmen.server.cli.terminal;

import java.util.Locale;

/** Bytes and seconds as a person reads them; for what must be exact there are other ways. */
public final class Amounts {
  private static final String[] UNITS = {"KiB", "MiB", "GiB", "TiB"};

  private Amounts() {}

  /** Bytes with one digit after the point. */
  public static String bytes(long bytes) {
    if (bytes < 1 << 10) {
      return bytes + " B";
    }
    double value = bytes;
    int unit = -1;
    do {
      value /= 1_024;
      unit++;
    } while (value >= 1_024 && unit < UNITS.length - 1);
    return String.format(Locale.ROOT, "%.1f %s", value, UNITS[unit]);
  }

  /** Seconds as {@code 1:02:03}, {@code 2:03} or {@code 3 s}. */
  public static String duration(double seconds) {
    long s = Math.round(seconds);
    if (s < 60) {
      return s + " s";
    }
    return s < 3_600
        ? String.format(Locale.ROOT, "%d:%02d", s / 60, s % 60)
        : String.format(Locale.ROOT, "%d:%02d:%02d", s / 3_600, s / 60 % 60, s % 60);
  }
}
