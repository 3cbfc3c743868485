package dev.dolmen.server.config;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations and sizes as people write them: {@code 500ms}, {@code 24h}, {@code 256MiB}. */
public final class HumanUnits {
  /** What a duration looks like, for messages. */
  static final String DURATION_FORM =
      "a duration such as 500ms, 10s, 5m, 24h, 30d (units ns, us, ms, s, m, h, d)";

  /** What a size looks like, for messages. */
  static final String SIZE_FORM =
      "a size such as 4096B, 64KiB, 256MiB, 2GiB (units B, KiB, MiB, GiB, TiB, KB, MB, GB, TB)";

  private static final Pattern AMOUNT = Pattern.compile("(\\d{1,15}(?:\\.\\d{1,9})?) ?([A-Za-z]+)");
  private static final Map<String, Long> NANOS =
      Map.of(
          "ns", 1L,
          "us", 1_000L,
          "ms", 1_000_000L,
          "s", 1_000_000_000L,
          "m", 60_000_000_000L,
          "h", 3_600_000_000_000L,
          "d", 86_400_000_000_000L);
  private static final Map<String, Long> BYTES =
      Map.of(
          "B", 1L,
          "KB", 1_000L,
          "MB", 1_000_000L,
          "GB", 1_000_000_000L,
          "TB", 1_000_000_000_000L,
          "KiB", 1L << 10,
          "MiB", 1L << 20,
          "GiB", 1L << 30,
          "TiB", 1L << 40);

  private HumanUnits() {}

  /** A duration, or nothing if {@code text} is none or does not fit 292 years. */
  public static Optional<Duration> duration(String text) {
    if (text.equals("0")) {
      return Optional.of(Duration.ZERO);
    }
    return amount(text, NANOS).map(Duration::ofNanos);
  }

  /** Bytes, or nothing if {@code text} is no size. */
  public static Optional<Long> bytes(String text) {
    if (text.equals("0")) {
      return Optional.of(0L);
    }
    return amount(text, BYTES);
  }

  /** The shortest exact way to write a duration with one unit. */
  public static String format(Duration duration) {
    long nanos = duration.toNanos();
    if (nanos == 0) {
      return "0s";
    }
    String[] units = {"d", "h", "m", "s", "ms", "us", "ns"};
    for (String unit : units) {
      long size = NANOS.getOrDefault(unit, 1L);
      if (nanos % size == 0) {
        return nanos / size + unit;
      }
    }
    return nanos + "ns";
  }

  /** The shortest exact way to write a size with one binary unit. */
  public static String format(long bytes) {
    String[] units = {"TiB", "GiB", "MiB", "KiB"};
    for (String unit : units) {
      long size = BYTES.getOrDefault(unit, 1L);
      if (bytes != 0 && bytes % size == 0) {
        return bytes / size + unit;
      }
    }
    return bytes + "B";
  }

  private static Optional<Long> amount(String text, Map<String, Long> units) {
    Matcher match = AMOUNT.matcher(text);
    if (!match.matches()) {
      return Optional.empty();
    }
    Long unit = units.get(match.group(2));
    if (unit == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new BigDecimal(match.group(1)).multiply(BigDecimal.valueOf(unit)).longValueExact());
    } catch (ArithmeticException e) {
      return Optional.empty(); // Too large, or a fraction of the smallest unit.
    }
  }
}
