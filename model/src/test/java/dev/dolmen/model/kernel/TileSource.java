package dev.dolmen.model.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Writes the unrolled tiles of {@link VectorTiles} and {@link VectorScans}, which stand there
 * between a begin and an end mark. Run from the root of the repository:
 *
 * <pre>java model/src/test/java/dev/dolmen/model/kernel/TileSource.java</pre>
 *
 * <p>A tile is R rows of A times two vectors of columns of B, added to C. It is written out row by
 * row because the compiler keeps a vector in a register only if it is a local variable of its own:
 * an array of sums, or a loop over rows that it does not unroll, would make each an object. All
 * tiles have four steps:
 *
 * <ol>
 *   <li>Two sums a row, s and t, start at zero and not at C: then C is read only where it is
 *       written, and a sum is the same whatever it is added to.
 *   <li>For each step of the inner dimension two vectors of B, u and v, are loaded once for all
 *       rows.
 *   <li>Each row's number of A is broadcast to x, used twice and given up: 2 R + 3 registers are
 *       alive, 27 of 32 with 12 rows and 11 of 16 with 4. The chains of sums do not wait for each
 *       other, which hides the time that a fused multiply-add takes.
 *   <li>Sums are added to C, in narrow tiles after the scale of their column.
 * </ol>
 */
public final class TileSource {
  private static final String KERNELS = "src/main/java/dev/dolmen/model/kernel/";
  private static final int LINE_MAX = 100;

  /** The marked parts of the sources, by file. */
  static final Map<String, List<Part>> PARTS =
      Map.of(
          KERNELS + "VectorTiles.java",
          List.of(new Part("tiles", tile(12) + "\n" + tile(8) + "\n" + tile(4))),
          KERNELS + "VectorScans.java",
          List.of(new Part("bytes8", bytes8()), new Part("halves8", halves8())));

  /** What stands between two marks. */
  record Part(String name, String text) {
    private String begin() {
      return "  // Begin of " + name + ", written by TileSource.\n\n";
    }

    private String end() {
      return "\n  // End of " + name + ".\n";
    }

    /** The source with this part as it has to be. */
    String in(String source) {
      int from = source.indexOf(begin());
      int to = source.indexOf(end());
      if (from < 0 || to < from) {
        throw new IllegalArgumentException("no marks of " + name);
      }
      return source.substring(0, from + begin().length()) + text + source.substring(to);
    }
  }

  private TileSource() {}

  /** Writes all parts; the working directory is the root of the repository. */
  public static void main(String[] args) throws IOException {
    for (Map.Entry<String, List<Part>> file : PARTS.entrySet()) {
      Path path = Path.of("model").resolve(file.getKey());
      Files.writeString(path, written(Files.readString(path), file.getValue()));
    }
  }

  /** The source with its parts as they have to be. */
  static String written(String source, List<Part> parts) {
    String text = source;
    for (Part part : parts) {
      text = part.in(text);
    }
    return text;
  }

  /** Floats, both sides at distances that are constants where the tile is compiled. */
  private static String tile(int rows) {
    StringBuilder out = new StringBuilder("  private static void tile").append(rows).append("(\n");
    parameters(
        out,
        "int k",
        "float[] a",
        "int aOffset",
        "int rowStride",
        "int step",
        "float[] b",
        "int bOffset",
        "float[] c",
        "int cOffset",
        "int cStride");
    String load = "FloatVector.fromArray(SPECIES, b, bOffset + p * PANEL";
    sums(out, rows, load, "rowStride", "p * step");
    addSums(out, rows);
    return out.append("  }\n").toString();
  }

  /** Eight rows times bytes, which are widened as they are read and scaled at the end. */
  private static String bytes8() {
    StringBuilder out = new StringBuilder();
    out.append("  /** Eight rows times a panel that is widened as it is read. */\n");
    out.append("  private static void bytes8(\n");
    parameters(
        out,
        "int k",
        "float[] a",
        "int aOffset",
        "byte[] b",
        "int bOffset",
        "float[] scale",
        "int scaleOffset",
        "float[] c",
        "int cOffset",
        "int cStride");
    sums(out, 8, "widen(b, bOffset + p * PANEL", "ROW", "p");
    line(out, 4, "FloatVector f = FloatVector.fromArray(SPECIES, scale, scaleOffset);");
    line(out, 4, "FloatVector g = FloatVector.fromArray(SPECIES, scale, scaleOffset + LANES);");
    for (int row = 0; row < 8; row++) {
      for (String half : List.of("s", "t")) {
        String at = sumAt(row, half);
        String factor = half.equals("s") ? "f" : "g";
        String sum =
            "%s%d.fma(%s, FloatVector.fromArray(SPECIES, c, %s))".formatted(half, row, factor, at);
        calls(out, sum, ".intoArray(c, " + at + ")");
      }
    }
    return out.append("  }\n").toString();
  }

  /** Eight rows times halves of floats, which are widened as they are read. */
  private static String halves8() {
    StringBuilder out = new StringBuilder();
    out.append("  /** Eight rows times a panel that is widened as it is read. */\n");
    out.append("  private static void halves8(\n");
    line(
        out,
        6,
        "int k, float[] a, int aOffset, short[] b, int bOffset, float[] c, int cOffset, int"
            + " cStride) {");
    sums(out, 8, "widen(b, bOffset + p * PANEL", "ROW", "p");
    addSums(out, 8);
    return out.append("  }\n").toString();
  }

  private static void parameters(StringBuilder out, String... parameters) {
    line(out, 6, String.join(",\n      ", parameters) + ") {");
  }

  /**
   * Declares the sums and runs through the inner dimension.
   *
   * @param load of a vector of B, up to where an offset may follow
   * @param rowStride from row to row of A
   * @param step where the inner dimension stands in a row of A
   */
  private static void sums(
      StringBuilder out, int rows, String load, String rowStride, String step) {
    for (int row = 0; row < rows; row++) {
      line(out, 4, "FloatVector s" + row + " = FloatVector.zero(SPECIES);");
      line(out, 4, "FloatVector t" + row + " = FloatVector.zero(SPECIES);");
    }
    line(out, 4, "for (int p = 0; p < k; p++) {");
    line(out, 6, "FloatVector u = " + load + ");");
    line(out, 6, "FloatVector v = " + load + " + LANES);");
    for (int row = 0; row < rows; row++) {
      String at = "aOffset + " + times(row, rowStride) + step;
      line(out, 6, "FloatVector x%d = FloatVector.broadcast(SPECIES, a[%s]);".formatted(row, at));
      line(out, 6, "s%1$d = x%1$d.fma(u, s%1$d);".formatted(row));
      line(out, 6, "t%1$d = x%1$d.fma(v, t%1$d);".formatted(row));
    }
    line(out, 4, "}");
  }

  private static void addSums(StringBuilder out, int rows) {
    for (int row = 0; row < rows; row++) {
      for (String half : List.of("s", "t")) {
        String at = sumAt(row, half);
        calls(
            out,
            "FloatVector.fromArray(SPECIES, c, " + at + ")",
            ".add(" + half + row + ")",
            ".intoArray(c, " + at + ")");
      }
    }
  }

  private static String sumAt(int row, String half) {
    String at = "cOffset + " + times(row, "cStride") + (half.equals("t") ? "LANES" : "");
    return at.endsWith(" + ") ? at.substring(0, at.length() - 3) : at;
  }

  /** A multiple of a stride, and a plus sign behind it; nothing for none. */
  private static String times(int row, String stride) {
    return row == 0 ? "" : (row == 1 ? "" : row + " * ") + stride + " + ";
  }

  /** Calls one after the other, each on a line of its own if one line is too short for all. */
  private static void calls(StringBuilder out, String first, String... more) {
    String together = first + String.join("", more) + ";";
    boolean fits = 4 + together.length() <= LINE_MAX;
    line(out, 4, fits ? together : first + "\n        " + String.join("\n        ", more) + ";");
  }

  private static void line(StringBuilder out, int indent, String text) {
    out.repeat(" ", indent).append(text).append('\n');
  }
}
