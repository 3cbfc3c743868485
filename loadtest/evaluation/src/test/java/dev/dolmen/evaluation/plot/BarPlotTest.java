package dev.dolmen.evaluation.plot;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class BarPlotTest {
  private static final Pattern LINE =
      Pattern.compile("<line x1=\"48.0\" y1=\"([0-9.]+)\" x2=\"708.0\"[^>]*class=\"curve c0\"/>");
  private static final Pattern TEXT = Pattern.compile("<text x=\"[0-9.]+\" y=\"([0-9.]+)\"");
  private static final int LETTER = 12;

  private static BarPlot plot(double... shares) {
    BarPlot plot = new BarPlot("title", "", "below");
    for (double share : shares) {
      List<BarPlot.Bar> bars = List.of(new BarPlot.Bar(share, "fill c1"));
      plot.add(new BarPlot.Group("name", "note", bars));
    }
    return plot;
  }

  /** Bars end just below the line, or above it: neither figures nor its words may stand in it. */
  @Test
  void nothingIsWrittenAcrossTheLine() {
    String svg = plot(0.30, 0.382, 0.394, 0.399, 0.405).line(0.40, "a row for each value").svg();
    Matcher line = LINE.matcher(svg);
    assertThat(line.find()).isTrue();
    double at = Double.parseDouble(line.group(1));
    List<Double> across = new ArrayList<>();
    Matcher text = TEXT.matcher(svg.replaceAll("<text[^>]*class=\"soft\"[^>]*>", ""));
    while (text.find()) {
      double bottom = Double.parseDouble(text.group(1));
      if (bottom - LETTER < at && at < bottom) {
        across.add(bottom);
      }
    }
    assertThat(across).as("bottoms of texts across the line at %.1f", at).isEmpty();
    assertThat(svg).contains("a row for each value: 40.0%");
  }

  @Test
  void withoutALineFiguresStandAboveTheirBars() {
    assertThat(plot(0.3).svg()).contains(">30.0%</text>").doesNotContain("curve c0\"/>");
  }
}
