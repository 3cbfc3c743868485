package dev.dolmen.server.cli.terminal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Rows of text in aligned columns: those with a number, whatever its unit, to the right, the others
 * to the left.
 */
public final class TextTable {
  /** Digits behind a sign or not, and a unit of a few letters. */
  private static final Pattern NUMBER =
      Pattern.compile("(\\+/-|[-+±×])? ?\\d[\\d.,:]*( ?[\\p{L}%/×]\\S{0,3})?");

  private static final int GAP = 2;
  private static final int LAST_CELL_AT_LEAST = 20;

  private final List<String[]> rows = new ArrayList<>();

  /**
   * Begins it.
   *
   * @param headers of the columns; if all are empty, the table begins with its first row
   */
  public TextTable(String... headers) {
    rows.add(headers.clone());
  }

  /**
   * Adds a row: whole numbers with commas, other numbers with four digits after the point,
   * everything else as it says itself.
   *
   * @return this
   * @throws IllegalArgumentException if there are not as many cells as headers
   */
  public TextTable row(Object... cells) {
    if (cells.length != rows.getFirst().length) {
      throw new IllegalArgumentException(
          "cells: " + cells.length + ", expected " + rows.getFirst().length);
    }
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

  /** All rows, each ended by a line break. */
  public String text() {
    return text(Integer.MAX_VALUE);
  }

  /** All rows; where one is wider than so many columns, its last cell goes on below itself. */
  public String text(int columns) {
    int[] width = new int[rows.getFirst().length];
    boolean[] right = new boolean[width.length];
    for (int r = 0; r < rows.size(); r++) {
      for (int c = 0; c < width.length; c++) {
        String cell = rows.get(r)[c];
        width[c] = Math.max(width[c], ColumnText.width(cell));
        right[c] |= r > 0 && NUMBER.matcher(cell).matches();
      }
    }
    int last = width.length - 1;
    int before = Arrays.stream(width, 0, last).map(w -> w + GAP).sum();
    StringBuilder text = new StringBuilder();
    for (String[] row : rows) {
      List<String> cell =
          ColumnText.wrap(row[last], Math.max(LAST_CELL_AT_LEAST, columns - before));
      String[] first = row.clone();
      first[last] = cell.getFirst();
      String line = line(first, width, right);
      if (!line.isEmpty()) {
        text.append(line).append('\n');
      }
      cell.stream().skip(1).forEach(l -> text.append(" ".repeat(before)).append(l).append('\n'));
    }
    return text.toString();
  }

  private static String line(String[] row, int[] width, boolean[] right) {
    StringBuilder line = new StringBuilder();
    for (int c = 0; c < row.length; c++) {
      String pad = " ".repeat(width[c] - ColumnText.width(row[c]));
      line.append(" ".repeat(c == 0 ? 0 : GAP)).append(right[c] ? pad + row[c] : row[c] + pad);
    }
    return line.toString().stripTrailing();
  }
}
