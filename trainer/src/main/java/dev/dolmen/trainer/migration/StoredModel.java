package dev.dolmen.trainer.migration;

import dev.dolmen.model.data.FeatureColumn;
import dev.dolmen.model.data.ModelOptions;
import dev.dolmen.model.data.Pooling;
import dev.dolmen.model.data.TaskOptions;
import java.io.IOException;
import java.util.List;

/** The shape of a model as a manifest tells it. */
final class StoredModel {
  private StoredModel() {}

  /**
   * Reads it.
   *
   * @throws IOException if it is no shape of a model that this program knows
   */
  static ModelOptions read(String shape) throws IOException {
    try {
      return options(RecordText.of(shape));
    } catch (IllegalArgumentException e) {
      throw new IOException("the manifest tells a shape of a model that cannot be: " + shape, e);
    }
  }

  private static ModelOptions options(RecordText model) {
    return ModelOptions.builder()
        .width(model.number("width", 0))
        .layers(model.number("layers", 0))
        .heads(model.number("heads", 0))
        .feedForwardWidth(model.number("feedForwardWidth", 0))
        .maxSessionLength(model.number("maxSessionLength", 0))
        .pooling(Pooling.valueOf(model.text("pooling", "LAST")))
        .ids(Boolean.parseBoolean(model.text("ids", "true")))
        .temperature(Float.parseFloat(model.text("temperature", "8")))
        .eventTypes(model.number("eventTypes", 1))
        .gapBuckets(model.number("gapBuckets", 1))
        .itemColumns(columns(model.field("itemColumns")), model.number("idColumn", 0))
        .contextColumns(columns(model.field("contextColumns")))
        .idGate(Boolean.parseBoolean(model.text("idGate", "false")))
        .tasks(tasks(model.field("tasks")))
        .build();
  }

  private static List<FeatureColumn> columns(RecordText columns) {
    return columns.items().stream()
        .map(column ->
            new FeatureColumn(
                column.text("name", ""),
                column.number("slot", 0),
                column.number("dim", 0),
                column.number("dimension", 0)))
        .toList();
  }

  private static TaskOptions tasks(RecordText tasks) {
    return new TaskOptions(
        Float.parseFloat(tasks.text("labelSmoothing", "0")),
        tasks.field("categoryColumns").items().stream()
            .map(column -> Integer.valueOf(column.word()))
            .toList(),
        Float.parseFloat(tasks.text("categoryWeight", "1")),
        Boolean.parseBoolean(tasks.text("clicks", "false")),
        Float.parseFloat(tasks.text("clickWeight", "1")),
        Boolean.parseBoolean(tasks.text("learnedWeights", "false")));
  }
}
