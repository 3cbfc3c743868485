package dev.dolmen.trainer.learn;

import dev.dolmen.model.data.DenseOptimizerOptions;
import dev.dolmen.model.data.FeatureColumn;
import dev.dolmen.model.data.ModelOptions;
import dev.dolmen.model.data.Pooling;
import dev.dolmen.parameterstore.feature.ColumnSpec;
import dev.dolmen.parameterstore.feature.FeatureExtractor;
import dev.dolmen.parameterstore.range.NumberRange;
import dev.dolmen.parameterstore.range.WholeRange;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.trainer.session.TimeGaps;
import dev.dolmen.v1.EventType;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * The model's shape and how its dense parameters learn; the rest of {@link ModelOptions} follows
 * from the schema. What each number can be stands in the constant of its name.
 *
 * @param width width of item and session vectors, a multiple of {@code heads}
 * @param layers transformer layers
 * @param heads attention heads
 * @param feedForwardWidth width of the feed-forward layers
 * @param maxSessionLength events of a session that are read, the last ones
 * @param pooling how positions become one session vector
 * @param ids whether items' ids are read
 * @param idGate whether the id of an item without a row of its own goes through learned factors
 * @param temperature τ, the scale of a score, which is τ times a cosine
 * @param terms of a score next to that cosine
 * @param tasks what is learned next to the next item
 * @param optimizer how the dense parameters learn
 */
public record ModelSettings(
    int width,
    int layers,
    int heads,
    int feedForwardWidth,
    int maxSessionLength,
    Pooling pooling,
    boolean ids,
    boolean idGate,
    float temperature,
    ScoreTerms terms,
    TaskSettings tasks,
    DenseOptimizerOptions optimizer) {
  public static final WholeRange WIDTH = WholeRange.of(8, 1_024);
  public static final WholeRange LAYERS = WholeRange.of(0, 16);
  public static final WholeRange HEADS = WholeRange.of(1, 64);
  public static final WholeRange FEED_FORWARD_WIDTH = WholeRange.of(1, 8_192);
  public static final WholeRange MAX_SESSION_LENGTH = WholeRange.of(1, 1_024);
  public static final NumberRange TEMPERATURE = NumberRange.of(0.01, 100);

  public ModelSettings {
    WIDTH.check("model.width", width);
    LAYERS.check("model.layers", layers);
    HEADS.check("model.heads", heads);
    if (width % heads != 0) {
      throw new IllegalArgumentException(
          "model.width: " + width + ", expected a multiple of model.heads, " + heads);
    }
    FEED_FORWARD_WIDTH.check("model.feedForwardWidth", feedForwardWidth);
    MAX_SESSION_LENGTH.check("model.maxSessionLength", maxSessionLength);
    TEMPERATURE.check("model.temperature", temperature);
    DenseRanges.check(optimizer);
  }

  /** What the product runs with. */
  public static ModelSettings defaults() {
    return new Builder().build();
  }

  /** This, with some changes. */
  public ModelSettings with(UnaryOperator<Builder> changes) {
    return changes.apply(new Builder(this)).build();
  }

  /**
   * The whole shape for the columns of {@code schema}.
   *
   * @throws IllegalArgumentException if a task names a slot that it cannot be about
   */
  public ModelOptions toModelOptions(Schema schema) {
    FeatureExtractor features = new FeatureExtractor(schema);
    List<FeatureColumn> items = columns(features.itemColumns());
    int idSlot = schema.idSlot();
    int idColumn = 0;
    while (items.get(idColumn).slot() != idSlot) {
      idColumn++;
    }
    return ModelOptions.builder()
        .width(width)
        .layers(layers)
        .heads(heads)
        .feedForwardWidth(feedForwardWidth)
        .maxSessionLength(maxSessionLength)
        .pooling(pooling)
        .ids(ids)
        .temperature(temperature)
        .eventTypes(EventType.values().length - 1)
        .gapBuckets(TimeGaps.BUCKETS)
        .itemColumns(items, idColumn)
        .contextColumns(columns(features.contextColumns()))
        .idGate(idGate)
        .tasks(tasks.toTaskOptions(schema, items))
        .build();
  }

  private static List<FeatureColumn> columns(List<ColumnSpec> specs) {
    return specs.stream()
        .map(c -> new FeatureColumn(c.name(), c.slot(), c.dim(), c.dimension()))
        .toList();
  }

  /** Changes, beginning with the defaults; each method sets what is called so. */
  public static final class Builder {
    private int width = 64;
    private int layers = 2;
    private int heads = 2;
    private int feedForwardWidth = 128;
    private int maxSessionLength = 20;
    private Pooling pooling = Pooling.LAST;
    private boolean ids = true;
    private boolean idGate = false;
    private float temperature = 8;
    private ScoreTerms terms = ScoreTerms.defaults();
    private TaskSettings tasks = TaskSettings.defaults();
    private DenseOptimizerOptions optimizer = DenseOptimizerOptions.defaults();

    private Builder() {}

    private Builder(ModelSettings from) {
      width = from.width;
      layers = from.layers;
      heads = from.heads;
      feedForwardWidth = from.feedForwardWidth;
      maxSessionLength = from.maxSessionLength;
      pooling = from.pooling;
      ids = from.ids;
      idGate = from.idGate;
      temperature = from.temperature;
      terms = from.terms;
      tasks = from.tasks;
      optimizer = from.optimizer;
    }

    public Builder width(int value) {
      width = value;
      return this;
    }

    public Builder layers(int value) {
      layers = value;
      return this;
    }

    public Builder heads(int value) {
      heads = value;
      return this;
    }

    public Builder feedForwardWidth(int value) {
      feedForwardWidth = value;
      return this;
    }

    public Builder maxSessionLength(int value) {
      maxSessionLength = value;
      return this;
    }

    public Builder pooling(Pooling value) {
      pooling = value;
      return this;
    }

    public Builder ids(boolean value) {
      ids = value;
      return this;
    }

    public Builder idGate(boolean value) {
      idGate = value;
      return this;
    }

    public Builder temperature(float value) {
      temperature = value;
      return this;
    }

    public Builder terms(ScoreTerms value) {
      terms = value;
      return this;
    }

    public Builder tasks(TaskSettings value) {
      tasks = value;
      return this;
    }

    public Builder optimizer(DenseOptimizerOptions value) {
      optimizer = value;
      return this;
    }

    private ModelSettings build() {
      return new ModelSettings(
          width,
          layers,
          heads,
          feedForwardWidth,
          maxSessionLength,
          pooling,
          ids,
          idGate,
          temperature,
          terms,
          tasks,
          optimizer);
    }
  }
}
