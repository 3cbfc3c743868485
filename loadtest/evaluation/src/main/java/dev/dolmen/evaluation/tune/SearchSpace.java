package dev.dolmen.evaluation.tune;

import dev.dolmen.evaluation.tune.Domain.Choice;
import dev.dolmen.evaluation.tune.Domain.LogRange;
import dev.dolmen.parameterstore.schema.RowOptions;
import dev.dolmen.parameterstore.schema.Slot;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.trainer.learn.ModelSettings;
import dev.dolmen.trainer.learn.TrainingOptions;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What a search may change, and the values that it tries: bounded, and around what is shipped.
 * Settings are drawn at random and not from a grid, as a few of many keys matter and nobody knows
 * beforehand which (Bergstra and Bengio, JMLR 2012). Each key stays as it is with a chance of a
 * half, so that settings differ from those at the start in some of the keys and not in all.
 */
final class SearchSpace {
  /** Times that history is learned: an option of the commands and no key of a configuration. */
  static final String PASSES = "passes";

  private static final double STAYS = 0.5;

  private final List<Parameter> parameters;

  private SearchSpace(List<Parameter> parameters) {
    this.parameters = List.copyOf(parameters);
  }

  /**
   * The whole space.
   *
   * @param base names the slot of item ids
   * @param stream whether each click is learned once, so that there are no passes
   */
  static SearchSpace of(DolmenConfig base, boolean stream) {
    List<Parameter> all = new ArrayList<>(model());
    all.addAll(optimizer());
    all.addAll(training());
    Slot id = base.schema().slots().get(base.schema().idSlot());
    if (hasOneOptimizer(id.rows())) {
      all.add(
          new Parameter(
              "schema.slots." + id.name() + ".optimizer.learning_rate",
              List.of("schema", "slots", id.name(), "optimizer", "learning_rate"),
              new LogRange(0.02, 0.5),
              c -> {
                Slot slot = c.schema().slots().get(c.schema().idSlot());
                return number(slot.rows().optimizer().learningRate());
              }));
    }
    if (!stream) {
      all.add(new Parameter(PASSES, List.of(), Choice.of("1", "2", "3"), c -> "1"));
    }
    return new SearchSpace(all);
  }

  /** Rows of several segments have an optimiser each, and a key in a list that has no name. */
  private static boolean hasOneOptimizer(RowOptions rows) {
    return rows.segments().size() == 1;
  }

  private static List<Parameter> model() {
    return List.of(
        model("width", m -> "" + m.width(), Choice.of("32", "64", "96", "128")),
        model("layers", m -> "" + m.layers(), Choice.of("1", "2", "3")),
        model("heads", m -> "" + m.heads(), Choice.of("1", "2", "4")),
        model("feed_forward_width", m -> "" + m.feedForwardWidth(), Choice.of("64", "128", "256")),
        model("max_session_length", m -> "" + m.maxSessionLength(), Choice.of("10", "20", "40")),
        model(
            "pooling",
            m -> m.pooling().name().toLowerCase(Locale.ROOT),
            Choice.of("last", "attention")),
        model("temperature", m -> number(m.temperature()), new LogRange(4, 20)),
        model(
            "tasks.label_smoothing",
            m -> number(m.tasks().labelSmoothing()),
            Choice.of("0", "0.02", "0.05", "0.1")));
  }

  private static List<Parameter> optimizer() {
    return List.of(
        model(
            "optimizer.learning_rate",
            m -> number(m.optimizer().learningRate()),
            new LogRange(0.0005, 0.02)),
        model(
            "optimizer.weight_decay",
            m -> number(m.optimizer().weightDecay()),
            Choice.of("0", "0.001", "0.01", "0.03", "0.1")));
  }

  private static List<Parameter> training() {
    return List.of(
        training("batch_events", t -> "" + t.batchEvents(), Choice.of("128", "256", "512", "1024")),
        training("negatives", t -> "" + t.negatives(), Choice.of("256", "512", "1024", "2048")),
        training("log_q", t -> number(t.logQ()), Choice.of("0.5", "0.75", "1")),
        training("newness", t -> number(t.newness()), Choice.of("0", "0.05", "0.1", "0.2", "0.3")),
        training(
            "popularity_half_life_events",
            t -> "" + t.popularityHalfLifeEvents(),
            Choice.of("10000", "20000", "50000", "100000")));
  }

  private static Parameter model(String key, Function<ModelSettings, String> now, Domain domain) {
    return at("model." + key, c -> now.apply(c.model()), domain);
  }

  private static Parameter training(
      String key, Function<TrainingOptions, String> now, Domain domain) {
    return at("training." + key, c -> now.apply(c.training()), domain);
  }

  private static Parameter at(String key, Function<DolmenConfig, String> now, Domain domain) {
    return new Parameter(key, List.of(key.split("\\.", -1)), domain, now);
  }

  /** A float as it was written. */
  private static String number(float value) {
    return Domain.plain(new BigDecimal(Float.toString(value)));
  }

  /** All keys. */
  List<String> keys() {
    return parameters.stream().map(Parameter::key).toList();
  }

  /** What can be changed. */
  List<Parameter> parameters() {
    return parameters;
  }

  /** The one of a key. */
  Parameter parameter(String key) {
    return parameters.stream()
        .filter(p -> p.key().equals(key))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("key: " + key + ", expected " + keys()));
  }

  /** Some of it; every key must be one of {@link #keys}. */
  SearchSpace only(List<String> some) {
    return new SearchSpace(parameters.stream().filter(p -> some.contains(p.key())).toList());
  }

  /** Each key's values in a configuration. */
  Map<String, String> values(DolmenConfig of) {
    Map<String, String> values = new LinkedHashMap<>();
    parameters.forEach(p -> values.put(p.key(), p.now().apply(of)));
    return values;
  }

  /**
   * Draws settings.
   *
   * @param start values of all keys that are changed
   * @return what differs from it, in the order of the keys; at least one key
   */
  Map<String, String> draw(Map<String, String> start, SplittableRandom random) {
    Map<String, String> changed = new LinkedHashMap<>();
    while (changed.isEmpty()) {
      for (Parameter parameter : parameters) {
        String drawn = parameter.domain().draw(random);
        if (random.nextDouble() >= STAYS && !drawn.equals(start.get(parameter.key()))) {
          changed.put(parameter.key(), drawn);
        }
      }
    }
    return changed;
  }

  /** Keys and values in one line, the same for the same space. */
  String describe() {
    return parameters.stream()
        .map(p -> p.key() + ": " + p.domain().describe())
        .collect(Collectors.joining("; "));
  }
}
