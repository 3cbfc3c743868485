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
 * @param ids whether items' ids are read; else all have the out-of-vocabulary row of their column
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
    boolean ids,
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

  /**
   * Begins with the smallest there is: no layers, one head, the last position as the session, ids
   * read, τ of 8, one type of event and one bucket of time, no contexts, no id gate, the next item
   * alone to learn. Width, session length and items must be given.
   */
  public static Builder builder() {
    return new Builder();
  }

  /** Names each option of a shape. Not safe for several threads. */
  public static final class Builder {
    private int width;
    private int layers;
    private int heads = 1;
    private int feedForwardWidth = 1;
    private int maxSessionLength;
    private Pooling pooling = Pooling.LAST;
    private boolean ids = true;
    private float temperature = 8;
    private int eventTypes = 1;
    private int gapBuckets = 1;
    private List<FeatureColumn> itemColumns = List.of();
    private int idColumn;
    private List<FeatureColumn> contextColumns = List.of();
    private boolean idGate;
    private TaskOptions tasks = TaskOptions.nextItem();

    private Builder() {}

    /** Width D of vectors. */
    public Builder width(int width) {
      this.width = width;
      return this;
    }

    /** Number of transformer layers. */
    public Builder layers(int layers) {
      this.layers = layers;
      return this;
    }

    /** H, attention heads of a layer. */
    public Builder heads(int heads) {
      this.heads = heads;
      return this;
    }

    /** F, width of the feed-forward layers. */
    public Builder feedForwardWidth(int feedForwardWidth) {
      this.feedForwardWidth = feedForwardWidth;
      return this;
    }

    /** L, events of a session that are read. */
    public Builder maxSessionLength(int maxSessionLength) {
      this.maxSessionLength = maxSessionLength;
      return this;
    }

    /** How positions become one session vector. */
    public Builder pooling(Pooling pooling) {
      this.pooling = pooling;
      return this;
    }

    /** Whether items' ids are read. */
    public Builder ids(boolean ids) {
      this.ids = ids;
      return this;
    }

    /** τ, the length of a session vector. */
    public Builder temperature(float temperature) {
      this.temperature = temperature;
      return this;
    }

    /** Number of event types. */
    public Builder eventTypes(int eventTypes) {
      this.eventTypes = eventTypes;
      return this;
    }

    /** Number of buckets of time between events. */
    public Builder gapBuckets(int gapBuckets) {
      this.gapBuckets = gapBuckets;
      return this;
    }

    /**
     * Columns of an item.
     *
     * @param id which of them is the item's id
     */
    public Builder itemColumns(List<FeatureColumn> columns, int id) {
      itemColumns = columns;
      idColumn = id;
      return this;
    }

    /** Columns of a visit's context. */
    public Builder contextColumns(List<FeatureColumn> contextColumns) {
      this.contextColumns = contextColumns;
      return this;
    }

    /** Whether the id of an item without a row goes through learned factors. */
    public Builder idGate(boolean idGate) {
      this.idGate = idGate;
      return this;
    }

    /** What is learned. */
    public Builder tasks(TaskOptions tasks) {
      this.tasks = tasks;
      return this;
    }

    /**
     * The shape.
     *
     * @throws IllegalArgumentException if an option is out of its range
     */
    public ModelOptions build() {
      return new ModelOptions(
          width,
          layers,
          heads,
          feedForwardWidth,
          maxSessionLength,
          pooling,
          ids,
          temperature,
          eventTypes,
          gapBuckets,
          itemColumns,
          idColumn,
          contextColumns,
          idGate,
          tasks);
    }
  }

  private static void require(boolean holds, String field, Number value, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(
          "model: " + field + " is " + value + ", expected " + expected);
    }
  }
}
