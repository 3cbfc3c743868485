package dev.dolmen.server.charts;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.Timestamp;
import dev.dolmen.v1.ChartPoint;
import dev.dolmen.v1.ChartSeries;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Reads what Prometheus says of {@link ChartFigure#all}: nothing else, and no more of it. */
final class RangeAnswer {
  private RangeAnswer() {}

  /**
   * A line for each figure, in their order.
   *
   * @param data of an answer to a range query
   * @param pointsMax of one line
   * @throws NoChartsException if it is something else, or more
   */
  static List<ChartSeries> read(JsonNode data, int pointsMax) throws NoChartsException {
    if (!data.path("resultType").asText().equals("matrix") || !data.path("result").isArray()) {
      throw unexpected("no matrix");
    }
    Map<ChartFigure, ChartSeries> lines = new EnumMap<>(ChartFigure.class);
    for (JsonNode series : data.path("result")) {
      ChartFigure figure = figure(series.path("metric").path(ChartFigure.LABEL).asText());
      if (lines.put(figure, line(figure, series.path("values"), pointsMax)) != null) {
        throw unexpected(figure.label() + " comes twice");
      }
    }
    List<ChartSeries> all = new ArrayList<>();
    for (ChartFigure figure : ChartFigure.values()) {
      all.add(lines.getOrDefault(figure, ChartSeries.newBuilder().setName(figure.label()).build()));
    }
    return all;
  }

  private static ChartFigure figure(String label) throws NoChartsException {
    for (ChartFigure figure : ChartFigure.values()) {
      if (figure.label().equals(label)) {
        return figure;
      }
    }
    throw unexpected("a line that nobody has asked for");
  }

  private static ChartSeries line(ChartFigure figure, JsonNode values, int pointsMax)
      throws NoChartsException {
    if (values.size() > pointsMax) {
      throw unexpected(values.size() + " points of " + figure.label());
    }
    ChartSeries.Builder line = ChartSeries.newBuilder().setName(figure.label());
    double before = Double.NEGATIVE_INFINITY;
    for (JsonNode point : values) {
      JsonNode second = point.path(0);
      if (point.size() != 2 || !second.isNumber() || !(second.asDouble() > before)) {
        throw unexpected("points of " + figure.label() + " that are none, or not in order");
      }
      before = second.asDouble();
      double value = number(figure, point.path(1));
      if (Double.isFinite(value)) { // 0 calls have no mean.
        line.addPoints(
            ChartPoint.newBuilder()
                .setTime(Timestamp.newBuilder().setSeconds(second.asLong()))
                .setValue(value));
      }
    }
    return line.build();
  }

  /** As Go writes it. */
  private static double number(ChartFigure figure, JsonNode value) throws NoChartsException {
    String text = value.asText();
    try {
      return switch (text) {
        case "+Inf", "-Inf", "NaN" -> Double.NaN;
        default -> Double.parseDouble(text);
      };
    } catch (NumberFormatException e) {
      throw unexpected("a value of " + figure.label() + " that is no number");
    }
  }

  private static NoChartsException unexpected(String what) {
    return new NoChartsException("Prometheus' answer is not as expected: " + what);
  }
}
