package dev.dolmen.evaluation.plot;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/** Shares as groups of bars from 0, with names below, and on demand one share as a line across. */
public final class BarPlot {
  private static final int WIDTH = 720;
  private static final int HEIGHT = 380;
  private static final int LEFT = 48;
  private static final int RIGHT = WIDTH - 12;
  private static final int TOP = 64;
  private static final int BOTTOM = 300;

  /** Where the key is written, at the right what the line is, with a piece of it before. */
  private static final int KEY = 44;

  private static final int SAMPLE = 24;
  private static final int GAP = 10;

  /** About what a letter takes, and its height. */
  private static final double LETTER_WIDTH = 6.6;

  private static final int LETTER_HEIGHT = 12;

  /** Share of a group's room that its bars take. */
  private static final double FILLED = 0.8;

  /**
   * A bar.
   *
   * @param share fraction of 1, as is written above it
   * @param style classes of {@link DrawingStyle}
   */
  public record Bar(double share, String style) {}

  /**
   * Bars next to each other.
   *
   * @param name below them
   * @param note below the name
   */
  public record Group(String name, String note, List<Bar> bars) {}

  private record Line(double share, String text) {}

  private final String title;
  private final String key;
  private final String below;
  private final List<Group> groups = new ArrayList<>();
  private @Nullable Line line;

  /**
   * An empty one.
   *
   * @param key what the bars are; may be empty
   * @param below what names and notes are
   */
  public BarPlot(String title, String key, String below) {
    this.title = title;
    this.key = key;
    this.below = below;
  }

  /** Adds a group to the right of the others. */
  public BarPlot add(Group group) {
    groups.add(group);
    return this;
  }

  /** Draws a line across at a share. */
  public BarPlot line(double share, String text) {
    line = new Line(share, text);
    return this;
  }

  /** The drawing with its own style, to be written to a file. */
  public String svg() {
    return canvas().standalone(description());
  }

  private String description() {
    return groups.stream()
        .map(g ->
            g.bars().stream()
                .map(b -> PlotScale.percent(b.share()))
                .collect(Collectors.joining(" and ", g.name() + ": ", "")))
        .collect(Collectors.joining("; "));
  }

  private SvgCanvas canvas() {
    SvgCanvas canvas = new SvgCanvas(WIDTH, HEIGHT, title);
    PlotScale scale = scale();
    canvas
        .text(LEFT, 24, "start", title)
        .text(LEFT, KEY, "start", "soft", key)
        .axis(scale, LEFT, RIGHT, "%");
    double room = (double) (RIGHT - LEFT) / Math.max(1, groups.size());
    for (int g = 0; g < groups.size(); g++) {
      group(canvas, scale, groups.get(g), LEFT + g * room, room);
    }
    if (line != null) {
      String said = line.text() + ": " + PlotScale.percent(line.share());
      double sample = RIGHT - LETTER_WIDTH * said.length() - GAP;
      double y = scale.at(100 * line.share());
      canvas
          .line(LEFT, y, RIGHT, y, "curve c0")
          .line(sample - SAMPLE, KEY - 4, sample, KEY - 4, "curve c0")
          .text(RIGHT, KEY, "end", said);
    }
    return canvas.text(WIDTH / 2.0, HEIGHT - 14, "middle", "soft", below);
  }

  private PlotScale scale() {
    DoubleStream bars = groups.stream().flatMap(g -> g.bars().stream()).mapToDouble(Bar::share);
    double most = Math.max(bars.max().orElse(0), line == null ? 0 : line.share());
    return PlotScale.withZero(0, 105 * most, BOTTOM, TOP);
  }

  /** Above the bar; within it where the line would go through the figure. */
  private double figureAt(PlotScale scale, double top) {
    double above = top - 4;
    double at = line == null ? Double.NaN : scale.at(100 * line.share());
    return at > above - LETTER_HEIGHT && at < above + 4 ? top + LETTER_HEIGHT + 2 : above;
  }

  private void group(SvgCanvas canvas, PlotScale scale, Group group, double left, double room) {
    double width = FILLED * room / group.bars().size();
    double x = left + (1 - FILLED) / 2 * room;
    for (Bar bar : group.bars()) {
      double y = scale.at(100 * bar.share());
      String text = PlotScale.percent(bar.share());
      canvas
          .bar(x, y, width, BOTTOM - y, bar.style(), group.name() + ": " + text)
          .text(x + width / 2, figureAt(scale, y), "middle", "halo", text);
      x += width;
    }
    canvas
        .text(left + room / 2, BOTTOM + 18, "middle", group.name())
        .text(left + room / 2, BOTTOM + 36, "middle", "soft", group.note());
  }
}
