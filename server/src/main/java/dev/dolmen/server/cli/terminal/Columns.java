package dev.dolmen.server.cli.terminal;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A table of text: numbers to the right, everything else to the left. */
public final class Columns {
  private final List<String[]> rows = new ArrayList<>();

  public Columns(String... header) {
    rows.add(header);
  }

  public Columns row(Object... cells) {
    String[] texts = new String[cells.length];
    for (int i = 0; i < cells.length; i++) {
      texts[i] =
          switch (cells[i]) {
            case Long n -> String.format(Locale.ROOT, "%,d", n);
            case Integer n -> String.format(Locale.ROOT, "%,d", n);
            case Double x -> String.format(Locale.ROOT, "%.4f", x);
            default -> cells[i].toString();
          };
    }
    rows.add(texts);
    return this;
  }

  @Override
  public String toString() {
    int[] width = new int[rows.getFirst().length];
    boolean[] right = new boolean[width.length];
    for (String[] row : rows) {
      for (int i = 0; i < row.length; i++) {
        width[i] = Math.max(width[i], row[i].length());
        right[i] |= row[i].matches("(-|-?[\\d.,]+)( ?[KMGT]?i?B)?");
      }
    }
    StringBuilder text = new StringBuilder();
    for (String[] row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < row.length; i++) {
        String pad = " ".repeat(width[i] - row[i].length());
        line.append(i == 0 ? "" : "  ").append(right[i] ? pad + row[i] : row[i] + pad);
      }
      if (!line.toString().isBlank()) { // A table may have no header.
        text.append(line.toString().stripTrailing()).append(System.lineSeparator());
      }
    }
    return text.toString();
  }

  /** Bytes with one digit after the point. */
  public static String bytes(long bytes) {
    if (bytes < 1 << 10) {
      return bytes + " B";
    }
    double value = bytes;
    String[] units = {"KiB", "MiB", "GiB", "TiB"};
    int unit = -1;
    do {
      value /= 1_024;
      unit++;
    } while (value >= 1_024 && unit < units.length - 1);
    return String.format(Locale.ROOT, "%.1f %s", value, units[unit]);
  }
}
