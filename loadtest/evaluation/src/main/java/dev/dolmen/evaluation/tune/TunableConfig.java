package dev.dolmen.evaluation.tune;

import dev.dolmen.server.config.ConfigException;
import dev.dolmen.server.config.DolmenConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** The configuration that a search begins with, and what it becomes with other settings. */
final class TunableConfig {
  /** Draws for each of the settings that are wanted, before it is taken that there are no more. */
  private static final int DRAWS_MAX = 1_000;

  private final ConfigText text;
  private final SearchSpace space;
  private final Map<String, String> environment;
  private final Map<String, String> start;

  /**
   * Sets it up.
   *
   * @param text valid, with a schema
   * @param base what it says
   * @param environment that goes before the text
   */
  TunableConfig(
      ConfigText text, DolmenConfig base, SearchSpace space, Map<String, String> environment) {
    this.text = text;
    this.space = space;
    this.environment = environment;
    start = space.values(base);
  }

  /** The variable of the environment that would override every trial's value of a key, or null. */
  @Nullable String overriding() {
    return space.parameters().stream()
        .filter(p -> !p.path().isEmpty())
        .map(p -> "DOLMEN_" + p.key().replace('.', '_').toUpperCase(Locale.ROOT))
        .filter(environment::containsKey)
        .findFirst()
        .orElse(null);
  }

  /** What may be changed. */
  SearchSpace space() {
    return space;
  }

  /** A key's value at the start. */
  String start(String key) {
    String value = start.get(key);
    if (value == null) {
      throw new IllegalArgumentException("key: " + key + ", expected " + start.keySet());
    }
    return value;
  }

  /** Passes over the history with some settings. */
  int passes(Map<String, String> settings) {
    return Integer.parseInt(settings.getOrDefault(SearchSpace.PASSES, "1"));
  }

  /**
   * The configuration with some settings.
   *
   * @throws ConfigException if they do not go together
   */
  DolmenConfig with(Map<String, String> settings) throws ConfigException {
    return DolmenConfig.parse("settings " + settings, text(settings, Map.of()), environment);
  }

  /**
   * The file with some settings.
   *
   * @param comments a line for each of some keys
   */
  String text(Map<String, String> settings, Map<String, String> comments) {
    ConfigText changed = text;
    Map<List<String>, String> lines = new LinkedHashMap<>();
    for (Parameter parameter : space.parameters()) {
      String value = settings.get(parameter.key());
      if (value != null && !parameter.path().isEmpty()) {
        changed = changed.with(parameter.path(), value);
        String comment = comments.get(parameter.key());
        if (comment != null) {
          lines.put(parameter.path(), comment);
        }
      }
    }
    return changed.text(lines);
  }

  /**
   * Settings to try: first no changes at all, then drawn ones, none twice.
   *
   * @param wanted how many
   * @return so many, or fewer if there are no more
   */
  List<Map<String, String>> candidates(int wanted, long seed) {
    Set<Map<String, String>> candidates = new LinkedHashSet<>();
    candidates.add(Map.of());
    SplittableRandom random = new SplittableRandom(seed);
    for (int draw = 0; draw < DRAWS_MAX * wanted && candidates.size() < wanted; draw++) {
      Map<String, String> drawn = space.draw(start, random);
      if (!candidates.contains(drawn) && goTogether(drawn)) {
        candidates.add(drawn);
      }
    }
    return new ArrayList<>(candidates);
  }

  /** Whether there is such a configuration: heads must divide the width, say. */
  boolean goTogether(Map<String, String> settings) {
    try {
      with(settings);
      return true;
    } catch (ConfigException e) {
      return false;
    }
  }
}
