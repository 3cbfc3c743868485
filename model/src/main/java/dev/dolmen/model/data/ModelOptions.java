package dev.dolmen.model.data;

import java.util.List;

/**
 * The model's shape.
 *
 * @param width D, a multiple of {@code heads}, 8 to 1,024
 * @param layers transformer layers, 0 to 16
 * @param heads H
 * @param feedForwardWidth F
 * @param maxSessionLength L, events of a session that are read, the last ones; 1 to 1,024
 * @param pooling how positions become one session vector
 * @param idDropout share of items whose id column is replaced by the out-of-vocabulary row in
 *     training, so that items without an id row are scored on the same scale; 0 to 1, and with 1 in
 *     serving, too: the model knows no ids
 * @param temperature τ, the length of a session vector: a score is τ times a cosine; above 0 to 100
 * @param eventTypes number of event types, for their embeddings
 * @param gapBuckets number of buckets of time between events, for their embeddings
 * @param itemColumns columns of an item, in order of concatenation
 * @param idColumn which of {@code itemColumns} is the item's id
 * @param contextColumns columns of a visit's context; may be empty
 * @param idGate whether the id of an item without a row of its own goes through learned factors
 * @param tasks what is learned, beside the next item, and how strongly
 */
public record ModelOptions(
    int width,
    int layers,
    int heads,
    int feedForwardWidth,
    int maxSessionLength,
    Pooling pooling,
    float idDropout,
    float temperature,
    int eventTypes,
    int gapBuckets,
    List<FeatureColumn> itemColumns,
    int idColumn,
    List<FeatureColumn> contextColumns,
    boolean idGate,
    TaskOptions tasks) {
  public ModelOptions {
    itemColumns = List.copyOf(itemColumns);
    contextColumns = List.copyOf(contextColumns);
    require(width >= 8 && width <= 1_024, "width", width, "8 to 1,024");
    require(layers >= 0 && layers <= 16, "layers", layers, "0 to 16");
    require(heads >= 1 && width % heads == 0, "heads", heads, "a divisor of width " + width);
    require(feedForwardWidth >= 1, "feedForwardWidth", feedForwardWidth, "1 or more");
    require(
        maxSessionLength >= 1 && maxSessionLength <= 1_024,
        "maxSessionLength",
        maxSessionLength,
        "1 to 1,024");
    require(idDropout >= 0 && idDropout <= 1, "idDropout", idDropout, "0 to 1");
    require(temperature > 0 && temperature <= 100, "temperature", temperature, "above 0 to 100");
    require(eventTypes >= 1, "eventTypes", eventTypes, "1 or more");
    require(gapBuckets >= 1, "gapBuckets", gapBuckets, "1 or more");
    require(
        idColumn >= 0 && idColumn < itemColumns.size(),
        "idColumn",
        idColumn,
        "one of the " + itemColumns.size() + " item columns");
    for (int column : tasks.categoryColumns()) {
      require(
          column >= 0 && column < itemColumns.size(),
          "categoryColumns",
          column,
          "item columns, of which there are " + itemColumns.size());
    }
  }

  /** A model of the next item alone, without an id gate. */
  public ModelOptions(
      int width,
      int layers,
      int heads,
      int feedForwardWidth,
      int maxSessionLength,
      Pooling pooling,
      float idDropout,
      float temperature,
      int eventTypes,
      int gapBuckets,
      List<FeatureColumn> itemColumns,
      int idColumn,
      List<FeatureColumn> contextColumns) {
    this(
        width,
        layers,
        heads,
        feedForwardWidth,
        maxSessionLength,
        pooling,
        idDropout,
        temperature,
        eventTypes,
        gapBuckets,
        itemColumns,
        idColumn,
        contextColumns,
        false,
        TaskOptions.nextItem());
  }

  private static void require(boolean holds, String field, Number value, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(
          "model: " + field + " is " + value + ", expected " + expected);
    }
  }
}
