package dev.dolmen.evaluation.plot;

import java.util.List;

/**
 * How models are told apart in drawings: by color, by shape and by dashes, so that the eye that
 * sees no colors, and paper, can tell them, too. Seven colors, eight shapes and five kinds of
 * dashes repeat together after 280 models.
 */
public final class ModelMarks {
  /** Colors in {@link DrawingStyle}. */
  private static final int COLORS = 7;

  /** Kinds of dashes in {@link DrawingStyle}. */
  private static final int DASHES = 5;

  /** About 0 0, all of about the same weight. */
  private static final List<String> SHAPES =
      List.of(
          "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0Z",
          "M-3.6 -3.6h7.2v7.2h-7.2Z",
          "M0 -4.8L4.6 3.4H-4.6Z",
          "M0 -5L5 0L0 5L-5 0Z",
          "M0 4.8L4.6 -3.4H-4.6Z",
          "M-1.5 -4.8h3v3.3h3.3v3h-3.3v3.3h-3v-3.3h-3.3v-3h3.3Z",
          "M-4.4 -2.3L-2.3 -4.4L0 -2.1L2.3 -4.4L4.4 -2.3L2.1 0L4.4 2.3L2.3 4.4L0 2.1L-2.3 4.4"
              + "L-4.4 2.3L-2.1 0Z",
          "M-2.4 -4.2h4.8L4.8 0L2.4 4.2h-4.8L-4.8 0Z");

  private ModelMarks() {}

  /** Classes of a filled shape. */
  public static String fill(int model) {
    return "fill c" + model % COLORS;
  }

  /** Classes of a line. */
  public static String line(int model) {
    return "curve c" + model % COLORS + " d" + model % DASHES;
  }

  /** Outline of the model's shape, about 0 0. */
  public static String shape(int model) {
    return SHAPES.get(model % SHAPES.size());
  }

  /** What stands for which model, as HTML. */
  public static String key(List<Integer> models, List<String> names) {
    StringBuilder key = new StringBuilder("<ul class=\"key\">\n");
    for (int m : models) {
      key.append("<li><svg viewBox=\"0 0 34 12\" aria-hidden=\"true\">")
          .append("<path d=\"M1 6H33\" class=\"" + line(m) + "\"/>")
          .append("<path transform=\"translate(17 6)\" d=\"" + shape(m))
          .append("\" class=\"" + fill(m) + "\"/></svg>")
          .append(SvgCanvas.escaped(names.get(m)))
          .append("</li>\n");
    }
    return key.append("</ul>\n").toString();
  }
}
