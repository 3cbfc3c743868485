package dev.dolmen.evaluation.study;

import java.util.List;
import java.util.Locale;

/** Recall@20 of each hashed table as a bar, ours as a line above, and the shares that collide. */
final class CollisionPlot {
  private static final int WIDTH = 640;
  private static final int HEIGHT = 360;
  private static final int LEFT = 60;
  private static final int TOP = 50;
  private static final int BOTTOM = 300;

  private final List<CollisionFigures> hashed;
  private final CollisionFigures ours;
  private final String title;
  private final double max;

  /**
   * @param figures ours among them
   */
  CollisionPlot(List<CollisionFigures> figures, String title) {
    hashed = figures.stream().filter(f -> !f.ours()).toList();
    ours = figures.stream().filter(CollisionFigures::ours).findFirst().orElseThrow();
    this.title = title;
    max = 1.15 * figures.stream().mapToDouble(CollisionFigures::recallAt20).max().orElse(1) + 1e-9;
  }

  String svg() {
    StringBuilder svg = new StringBuilder();
    svg.append("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 ")
        .append(WIDTH + " " + HEIGHT)
        .append("\" font-family=\"sans-serif\" font-size=\"13\">\n")
        .append("<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n");
    text(svg, LEFT, 24, "start", "Recall@20 on " + title + ": rows that values share cost quality");
    int step = (WIDTH - LEFT - 40) / Math.max(1, hashed.size());
    for (int i = 0; i < hashed.size(); i++) {
      bar(svg, hashed.get(i), LEFT + i * step + step / 5, step * 3 / 5);
    }
    double y = y(ours.recallAt20());
    svg.append(
        String.format(
            Locale.ROOT,
            "<line x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\" stroke=\"#b3261e\""
                + " stroke-width=\"2\"/>%n",
            LEFT,
            y,
            WIDTH - 40,
            y));
    text(svg, WIDTH - 40, y - 6, "end", "a row for each value: " + percent(ours::recallAt20));
    text(svg, WIDTH / 2, HEIGHT - 8, "middle", "buckets per value; share of values that collide");
    return svg.append("</svg>\n").toString();
  }

  private void bar(StringBuilder svg, CollisionFigures f, int x, int width) {
    double y = y(f.recallAt20());
    svg.append(
        String.format(
            Locale.ROOT,
            "<rect x=\"%d\" y=\"%.1f\" width=\"%d\" height=\"%.1f\" fill=\"#5b7fa6\"/>%n",
            x,
            y,
            width,
            BOTTOM - y));
    int middle = x + width / 2;
    text(svg, middle, y + 18, "middle", percent(f::recallAt20));
    text(svg, middle, BOTTOM + 16, "middle", f.name());
    text(svg, middle, BOTTOM + 32, "middle", percent(f::collidingShare));
  }

  private double y(double recall) {
    return BOTTOM - (BOTTOM - TOP) * recall / max;
  }

  private static String percent(java.util.function.DoubleSupplier share) {
    return String.format(Locale.ROOT, "%.1f%%", 100 * share.getAsDouble());
  }

  private static void text(StringBuilder svg, double x, double y, String anchor, String text) {
    String escaped = text.replace("&", "&amp;").replace("<", "&lt;");
    svg.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%.0f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n",
            x,
            y,
            anchor,
            escaped));
  }
}
