package dev.dolmen.server.cli.terminal;

import java.util.ArrayList;
import java.util.List;

/** Rows of text in aligned columns: the first to the left, the others to the right. */
public final class TextTable {
  private final List<List<String>> rows = new ArrayList<>();

  public TextTable(String... headers) {
    rows.add(List.of(headers));
  }

  /**
   * Adds a row.
   *
   * @throws IllegalArgumentException if there are not as many cells as headers
   */
  public void row(String... cells) {
    if (cells.length != rows.getFirst().size()) {
      throw new IllegalArgumentException(
          "cells: " + cells.length + ", expected " + rows.getFirst().size());
    }
    rows.add(List.of(cells));
  }

  /** All rows, each ended by a line break. */
  public String text() {
    int[] width = new int[rows.getFirst().size()];
    for (List<String> row : rows) {
      for (int c = 0; c < width.length; c++) {
        width[c] = Math.max(width[c], row.get(c).length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int c = 0; c < width.length; c++) {
        String pad = " ".repeat(width[c] - row.get(c).length());
        line.append(c == 0 ? "" : "  ").append(c == 0 ? row.get(c) + pad : pad + row.get(c));
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }
}
