package dev.dolmen.evaluation.plot;

import java.util.Locale;

/**
 * A drawing in the making. Its colors are classes of {@link DrawingStyle}, so that it may be dark.
 * Coordinates are those of the drawing, to the right and down; a tip is shown to who points at a
 * shape.
 */
public final class SvgCanvas {
  private final int width;
  private final int height;
  private final String title;
  private final StringBuilder shapes = new StringBuilder();

  /**
   * An empty one.
   *
   * @param title what it shows
   */
  public SvgCanvas(int width, int height, String title) {
    this.width = width;
    this.height = height;
    this.title = title;
  }

  /** Text as it may stand in HTML and attributes. */
  public static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
  }

  public SvgCanvas text(double x, double y, String anchor, String text) {
    return text(x, y, anchor, "", text);
  }

  public SvgCanvas text(double x, double y, String anchor, String style, String text) {
    return add(
        String.format(
            Locale.ROOT,
            "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\"%s>%s</text>%n",
            x,
            y,
            anchor,
            style.isEmpty() ? "" : " class=\"" + style + "\"",
            escaped(text)));
  }

  public SvgCanvas line(double x1, double y1, double x2, double y2, String style) {
    return add(
        String.format(
            Locale.ROOT,
            "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" class=\"%s\"/>%n",
            x1,
            y1,
            x2,
            y2,
            style));
  }

  public SvgCanvas bar(double x, double y, double width, double height, String style, String tip) {
    return add(
        String.format(
            Locale.ROOT,
            "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" class=\"%s\">"
                + "<title>%s</title></rect>%n",
            x,
            y,
            Math.max(0, width),
            Math.max(0, height),
            style,
            escaped(tip)));
  }

  /**
   * A line through points.
   *
   * @param points as in SVG's paths; nothing is drawn if there are none
   */
  public SvgCanvas path(String points, String style, String tip) {
    return points.isEmpty()
        ? this
        : add(
            String.format(
                Locale.ROOT,
                "<path d=\"%s\" class=\"%s\"><title>%s</title></path>%n",
                points,
                style,
                escaped(tip)));
  }

  /**
   * A shape about a point.
   *
   * @param outline as in SVG's paths, about 0 0
   */
  public SvgCanvas marker(double x, double y, String outline, String style, String tip) {
    return add(
        String.format(
            Locale.ROOT,
            "<path transform=\"translate(%.1f %.1f)\" d=\"%s\" class=\"%s\">"
                + "<title>%s</title></path>%n",
            x,
            y,
            outline,
            style,
            escaped(tip)));
  }

  /** Lines across at the round values of a scale, which are written to the left of them. */
  public SvgCanvas axis(PlotScale scale, double left, double right, String unit) {
    for (double tick : scale.ticks(5)) {
      double y = scale.at(tick);
      line(left, y, right, y, tick == 0 ? "zero" : "grid");
      text(left - 6, y + 4, "end", "soft", PlotScale.label(tick, unit));
    }
    return this;
  }

  private SvgCanvas add(String shape) {
    shapes.append(shape);
    return this;
  }

  /** The drawing as a file of its own, with its style and a ground to stand on. */
  public String standalone(String description) {
    shapes.insert(0, "<rect width=\"100%\" height=\"100%\" class=\"paper\"/>\n");
    shapes.insert(0, "<style>\n" + DrawingStyle.css() + "</style>\n");
    return svg("drawing", description, "plot");
  }

  /**
   * The drawing.
   *
   * @param id of its title and description, unique in the page
   * @param description what it says, for who does not see it
   * @param style of the drawing
   */
  public String svg(String id, String description, String style) {
    return String.format(
        Locale.ROOT,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" class=\"%s\" role=\"img\""
            + " aria-labelledby=\"%s-t %s-d\">%n<title id=\"%s-t\">%s</title>%n"
            + "<desc id=\"%s-d\">%s</desc>%n%s</svg>%n",
        width,
        height,
        style,
        id,
        id,
        id,
        escaped(title),
        id,
        escaped(description),
        shapes);
  }
}
