package dev.dolmen.evaluation.study;

import java.util.List;
import java.util.Locale;

/** HR@20 and NDCG@20 by interval as bars, and the share of clicks on items that serving had. */
final class SyncPlot {
  private static final int WIDTH = 720;
  private static final int HEIGHT = 380;
  private static final int LEFT = 40;
  private static final int TOP = 60;
  private static final int BOTTOM = 300;

  private final List<SyncFigures> figures;
  private final String title;
  private final double max;

  SyncPlot(List<SyncFigures> figures, String title) {
    this.figures = figures;
    this.title = title;
    max = 1.1 * figures.stream().mapToDouble(SyncFigures::hitRate).max().orElse(1) + 1e-9;
  }

  String svg() {
    StringBuilder svg = new StringBuilder();
    svg.append("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 ")
        .append(WIDTH + " " + HEIGHT)
        .append("\" font-family=\"sans-serif\" font-size=\"13\">\n")
        .append("<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n");
    text(svg, LEFT, 24, "start", "How often what serves is synced with the trainer: " + title);
    text(svg, LEFT, 44, "start", "dark: HR@20, light: NDCG@20 of clicks not learned yet");
    int step = (WIDTH - 2 * LEFT) / Math.max(1, figures.size());
    for (int i = 0; i < figures.size(); i++) {
      SyncFigures f = figures.get(i);
      int x = LEFT + i * step;
      bar(svg, f.hitRate(), x + step / 10, step * 2 / 5, f.atOnce() ? "#b3261e" : "#5b7fa6");
      bar(svg, f.ndcg(), x + step / 2, step * 2 / 5, f.atOnce() ? "#e3a6a2" : "#b6c7da");
      text(svg, x + step / 2, BOTTOM + 18, "middle", f.name());
      text(svg, x + step / 2, BOTTOM + 36, "middle", percent(f.there()));
    }
    String below = "synced every; share of clicks on items that were there at the last sync";
    text(svg, WIDTH / 2, HEIGHT - 14, "middle", below);
    return svg.append("</svg>\n").toString();
  }

  private void bar(StringBuilder svg, double share, int x, int width, String color) {
    double y = BOTTOM - (BOTTOM - TOP) * share / max;
    svg.append(
        String.format(
            Locale.ROOT,
            "<rect x=\"%d\" y=\"%.1f\" width=\"%d\" height=\"%.1f\" fill=\"%s\"/>%n",
            x,
            y,
            width,
            BOTTOM - y,
            color));
    text(svg, x + width / 2, y - 4, "middle", percent(share));
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f%%", 100 * share);
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
