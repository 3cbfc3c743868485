package dev.dolmen.loadtest.eval;

import java.util.Locale;

/** A drawing in the making. Its colours are classes of the page's style, so that it may be dark. */
final class SvgCanvas {
  private final StringBuilder svg = new StringBuilder();

  SvgCanvas(int width, int height, String label) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\""
                + " aria-label=\"%s\">%n",
            width,
            height,
            escaped(label)));
  }

  /** Text as it may stand in HTML and attributes. */
  static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
  }

  SvgCanvas text(double x, double y, String anchor, String text) {
    return add(
        String.format(
            Locale.ROOT,
            "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n",
            x,
            y,
            anchor,
            escaped(text)));
  }

  SvgCanvas line(double x1, double y1, double x2, double y2, String style) {
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

  /** A bar that says what it is when pointed at. */
  SvgCanvas bar(double x, double y, double width, double height, String style, String tip) {
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

  /** A line through points, given as in SVG's paths. */
  SvgCanvas path(String points, String style, String tip) {
    return add(
        String.format(
            Locale.ROOT,
            "<path d=\"%s\" class=\"%s\"><title>%s</title></path>%n",
            points,
            style,
            escaped(tip)));
  }

  private SvgCanvas add(String element) {
    svg.append(element);
    return this;
  }

  String svg() {
    return svg + "</svg>\n";
  }
}
