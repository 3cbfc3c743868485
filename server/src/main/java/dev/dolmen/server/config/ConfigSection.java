package dev.dolmen.server.config;

import dev.dolmen.parameterstore.range.NumberRange;
import dev.dolmen.parameterstore.range.WholeRange;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.DoublePredicate;
import java.util.function.Function;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * One mapping of the configuration while it is read. Each accessor names a key, its default and its
 * range; a value that does not fit is a problem, and the default stands in so that reading goes on
 * and finds the other problems, too. Keys that no accessor named are refused at the end.
 */
final class ConfigSection {
  private static final String NONE = "none";
  private static final String TEXT = "text";
  private static final String REQUIRED = "(required)";
  private static final String FREE_NAMES = "none, or names separated by commas";

  private final ConfigSource source;
  private final String path;
  private final int line;
  private final int column;
  private final YamlNode.Mapping node;
  private final boolean listed;
  private final Set<String> known = new LinkedHashSet<>();

  private ConfigSection(
      ConfigSource source,
      String path,
      int line,
      int column,
      YamlNode.Mapping node,
      boolean listed) {
    this.source = source;
    this.path = path;
    this.line = line;
    this.column = column;
    this.node = node;
    this.listed = listed;
  }

  /** The file's root. */
  static ConfigSection root(ConfigSource source, YamlNode.Mapping node) {
    return new ConfigSection(source, "", 0, 0, node, false);
  }

  /**
   * Reads a nested mapping; a missing one is read as an empty one.
   *
   * @return what {@code reader} made, or null if its values do not go together; then there is a
   *     problem
   */
  <T> @Nullable T section(String key, Function<ConfigSection, T> reader) {
    known.add(key);
    YamlNode.Entry entry = node.entries().get(key);
    YamlNode.Mapping mapping = new YamlNode.Mapping(line, column, Map.of());
    int atLine = line;
    int atColumn = column;
    if (entry != null) {
      atLine = entry.line();
      atColumn = entry.column();
      if (entry.value() instanceof YamlNode.Mapping given) {
        mapping = given;
      } else if (!isEmpty(entry.value())) {
        problem(key, entry.value(), "keys below it");
      }
    }
    return new ConfigSection(source, join(key), atLine, atColumn, mapping, listed).read(reader);
  }

  /** Reads a required list of mappings. */
  <T> List<T> sections(String key, Function<ConfigSection, T> reader) {
    known.add(key);
    YamlNode.Entry entry = node.entries().get(key);
    if (entry == null || !(entry.value() instanceof YamlNode.Sequence sequence)) {
      String found = entry == null ? "is missing" : "is " + entry.value().describe();
      int atLine = entry == null ? line : entry.line();
      int atColumn = entry == null ? column : entry.column();
      source.problem(atLine, atColumn, join(key), found + ": expected a list of mappings");
      return List.of();
    }
    List<T> read = new ArrayList<>();
    for (int i = 0; i < sequence.items().size(); i++) {
      YamlNode item = sequence.items().get(i);
      String itemPath = join(key) + '[' + i + ']';
      if (item instanceof YamlNode.Mapping mapping) {
        T value =
            new ConfigSection(source, itemPath, item.line(), item.column(), mapping, true)
                .read(reader);
        if (value != null) {
          read.add(value);
        }
      } else {
        source.problem(
            item.line(), item.column(), itemPath, "is " + item.describe() + ": expected a mapping");
      }
    }
    return read;
  }

  /** Runs a reader over this section, then refuses the keys that it did not name. */
  <T> @Nullable T read(Function<ConfigSection, T> reader) {
    int before = source.problems.size();
    try {
      return reader.apply(this);
    } catch (IllegalArgumentException e) {
      if (source.problems.size() == before) { // Otherwise it may only follow from those.
        source.problem(line, column, path, Objects.requireNonNullElse(e.getMessage(), "invalid"));
      }
      return null;
    } finally {
      for (Map.Entry<String, YamlNode.Entry> entry : node.entries().entrySet()) {
        if (!known.contains(entry.getKey())) {
          source.problem(
              entry.getValue().line(),
              entry.getValue().column(),
              join(entry.getKey()),
              "unknown key" + NearMiss.suggestion(entry.getKey(), known));
        }
      }
    }
  }

  String text(String key, String byDefault) {
    return value(key, byDefault, TEXT, byDefault, Optional::of);
  }

  /** Text that must be given and not be empty. */
  String requiredText(String key) {
    String text = value(key, REQUIRED, TEXT, "", Optional::of);
    YamlNode.Entry entry = node.entries().get(key);
    if (entry == null) {
      source.problem(line, column, join(key), "is missing: expected text");
    } else if (text.isEmpty()) {
      problem(key, entry.value(), "text that is not empty");
    }
    return text;
  }

  /** A whole number that must be given. */
  int requiredInteger(String key, WholeRange range) {
    if (!node.entries().containsKey(key)) {
      source.problem(line, column, join(key), "is missing: expected " + whole(range));
    }
    return (int) count(key, REQUIRED, range.min(), range);
  }

  int integer(String key, int byDefault, WholeRange range) {
    return (int) count(key, byDefault, range);
  }

  long count(String key, long byDefault, WholeRange range) {
    return count(key, Long.toString(byDefault), byDefault, range);
  }

  private long count(String key, String shownDefault, long byDefault, WholeRange range) {
    source.bounded(join(key), range.text());
    return value(
        key, shownDefault, whole(range), byDefault, text -> whole(text).filter(range::contains));
  }

  private static String whole(WholeRange range) {
    return "a whole number from " + range.text();
  }

  /** Any whole number that fits 64 bits. */
  long whole(String key, long byDefault) {
    return value(key, Long.toString(byDefault), "a whole number", byDefault, ConfigSection::whole);
  }

  private static Optional<Long> whole(String text) {
    try {
      return Optional.of(Long.parseLong(text.replace("_", "")));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** A float in {@code range}. */
  float decimal(String key, float byDefault, NumberRange range) {
    return (float) number(key, exact(byDefault), range);
  }

  /** A float in {@code range}, or 0 for without. */
  float decimalOrNone(String key, float byDefault, NumberRange range) {
    source.bounded(join(key), "0, or " + range.text());
    String expected = "0, or a number from " + range.text();
    return (float) number(key, exact(byDefault), expected, n -> n == 0 || range.contains(n));
  }

  double number(String key, double byDefault, NumberRange range) {
    source.bounded(join(key), range.text());
    String from = range.min() == Double.MIN_VALUE ? "" : "from ";
    return number(key, byDefault, "a number " + from + range.text(), range::contains);
  }

  private double number(String key, double byDefault, String expected, DoublePredicate fits) {
    return value(
        key,
        NumberRange.plain(byDefault),
        expected,
        byDefault,
        text -> {
          try {
            return Optional.of(Double.parseDouble(text)).filter(fits::test);
          } catch (NumberFormatException e) {
            return Optional.empty();
          }
        });
  }

  /** The double that prints as the float does: 0.1f is 0.1, not 0.10000000149011612. */
  private static double exact(float value) {
    return Double.parseDouble(Float.toString(value));
  }

  boolean flag(String key, boolean byDefault) {
    return value(
        key,
        Boolean.toString(byDefault),
        "true or false",
        byDefault,
        text ->
            switch (text) {
              case "true" -> Optional.of(true);
              case "false" -> Optional.of(false);
              default -> Optional.empty();
            });
  }

  /** A duration in milliseconds. */
  long millis(String key, long byDefault, WholeRange range) {
    Duration min = Duration.ofMillis(range.min());
    return duration(key, Duration.ofMillis(byDefault), min, Duration.ofMillis(range.max()))
        .toMillis();
  }

  /** A duration in seconds. */
  long seconds(String key, long byDefault, WholeRange range) {
    Duration min = Duration.ofSeconds(range.min());
    return duration(key, Duration.ofSeconds(byDefault), min, Duration.ofSeconds(range.max()))
        .toSeconds();
  }

  Duration duration(String key, Duration byDefault, Duration min, Duration max) {
    String range = HumanUnits.format(min) + " to " + HumanUnits.format(max);
    source.bounded(join(key), range);
    return value(
        key,
        HumanUnits.format(byDefault),
        HumanUnits.DURATION_FORM + " from " + range,
        byDefault,
        text ->
            HumanUnits.duration(text).filter(d -> d.compareTo(min) >= 0 && d.compareTo(max) <= 0));
  }

  long bytes(String key, long byDefault, WholeRange range) {
    source.bounded(join(key), sizes(range));
    String expected = HumanUnits.SIZE_FORM + " from " + sizes(range);
    return bytes(key, byDefault, expected, range::contains);
  }

  /** Bytes in {@code range}, or 0 for no bound. */
  long bytesOrNone(String key, long byDefault, WholeRange range) {
    source.bounded(join(key), "0B, or " + sizes(range));
    String expected = "0B, or " + HumanUnits.SIZE_FORM + " from " + sizes(range);
    return bytes(key, byDefault, expected, b -> b == 0 || range.contains(b));
  }

  private long bytes(String key, long byDefault, String expected, LongPredicate fits) {
    return value(
        key,
        HumanUnits.format(byDefault),
        expected,
        byDefault,
        text -> HumanUnits.bytes(text).filter(fits::test));
  }

  private static String sizes(WholeRange range) {
    return HumanUnits.format(range.min()) + " to " + HumanUnits.format(range.max());
  }

  <E extends Enum<E>> E choice(String key, E byDefault) {
    return choice(key, byDefault.getDeclaringClass(), byDefault);
  }

  /** One of an enum's constants in lower case; with a null default it must be given. */
  <E extends Enum<E>> E choice(String key, Class<E> type, @Nullable E byDefault) {
    Map<String, E> values = new LinkedHashMap<>();
    for (E each : type.getEnumConstants()) {
      values.put(each.name().toLowerCase(Locale.ROOT), each);
    }
    return choice(
        key, values, byDefault == null ? null : byDefault.name().toLowerCase(Locale.ROOT));
  }

  /**
   * One of some values by its name.
   *
   * @param values by name, in the order in which they are listed
   * @param byDefault a name; null if one must be given
   */
  <T> T choice(String key, Map<String, T> values, @Nullable String byDefault) {
    List<String> names = List.copyOf(values.keySet());
    String expected = "one of " + String.join(", ", names);
    if (byDefault == null && !node.entries().containsKey(key)) {
      source.problem(line, column, join(key), "is missing: expected " + expected);
    }
    return value(
        key,
        byDefault == null ? REQUIRED : byDefault,
        expected,
        Objects.requireNonNull(values.get(byDefault == null ? names.getFirst() : byDefault)),
        text -> Optional.ofNullable(values.get(text)),
        text -> NearMiss.suggestion(text, names));
  }

  /**
   * Distinct names separated by commas, or as a list; or "none", which is the default.
   *
   * @param allowed the names that may occur; null for any
   */
  List<String> names(String key, @Nullable List<String> allowed) {
    return names(key, allowed, List.of());
  }

  /** The same, with others as the default. */
  List<String> names(String key, @Nullable List<String> allowed, List<String> byDefault) {
    String defaultText = byDefault.isEmpty() ? NONE : String.join(", ", byDefault);
    String expected =
        allowed == null || allowed.isEmpty()
            ? (allowed == null ? FREE_NAMES : "none, as there are none")
            : "none, or some of " + String.join(", ", allowed) + ", separated by commas";
    Function<List<String>, Optional<List<String>>> check =
        names -> {
          boolean fit = allowed == null || allowed.containsAll(names);
          boolean distinct = names.size() == Set.copyOf(names).size();
          return fit && distinct ? Optional.of(names) : Optional.empty();
        };
    Optional<List<String>> list = listed(key);
    if (list.isPresent() && (listed || source.override(join(key)) == null)) {
      known.add(key);
      source.asked(join(key), defaultText);
      Optional<List<String>> names = check.apply(list.get());
      if (names.isEmpty()) {
        YamlNode.Entry entry = Objects.requireNonNull(node.entries().get(key));
        source.problem(
            entry.line(), entry.column(), join(key), list.get() + ": expected " + expected);
      }
      String shown = allowed == null ? "" : String.join(", ", list.get());
      return given(key, defaultText, shown, names.orElse(byDefault), byDefault);
    }
    return value(
        key,
        defaultText,
        allowed == null ? FREE_NAMES : expected,
        byDefault,
        text ->
            text.equals(NONE)
                ? Optional.of(List.of())
                : check.apply(Arrays.stream(text.split(",", -1)).map(String::strip).toList()));
  }

  /** Whether an optional key is given. */
  boolean has(String key) {
    known.add(key);
    return node.entries().containsKey(key);
  }

  /** Refuses a key that has no meaning here, and says why. */
  void refuse(String key, String why) {
    if (node.entries().containsKey(key)) {
      known.add(key);
      reject(key, why);
    }
  }

  /** A problem with the value of one key, for checks across keys. */
  void reject(String key, String message) {
    YamlNode.Entry entry = node.entries().get(key);
    source.problem(
        entry == null ? line : entry.line(),
        entry == null ? column : entry.column(),
        join(key),
        message);
  }

  private <T> T value(
      String key,
      String defaultText,
      String expected,
      T byDefault,
      Function<String, Optional<T>> parser) {
    return value(key, defaultText, expected, byDefault, parser, text -> "");
  }

  private <T> T value(
      String key,
      String defaultText,
      String expected,
      T byDefault,
      Function<String, Optional<T>> parser,
      Function<String, String> suggestion) {
    known.add(key);
    String full = join(key);
    source.asked(full, defaultText);
    String override = listed ? null : source.override(full);
    if (override != null) {
      Optional<T> parsed = parser.apply(override);
      if (parsed.isEmpty()) {
        source.environmentProblem(
            full, "\"" + override + "\": expected " + expected + suggestion.apply(override));
      }
      return given(
          key, defaultText, shown(override, expected), parsed.orElse(byDefault), byDefault);
    }
    YamlNode.Entry entry = node.entries().get(key);
    if (entry == null) {
      return byDefault;
    }
    if (!(entry.value() instanceof YamlNode.Scalar scalar) || isEmpty(scalar)) {
      problem(key, entry.value(), expected);
      return byDefault;
    }
    Optional<T> parsed = parser.apply(scalar.text());
    if (parsed.isEmpty()) {
      problem(key, scalar, expected + suggestion.apply(scalar.text()));
    }
    String shown = shown(scalar.text(), expected);
    return given(key, defaultText, shown, parsed.orElse(byDefault), byDefault);
  }

  /** Free text may be secret; what is a number, an amount or one of some words is not. */
  private static String shown(String text, String expected) {
    return expected.equals(TEXT) || expected.equals(FREE_NAMES) ? "" : text;
  }

  /** A value that was given; notes it where it is not the default. */
  private <T> T given(String key, String defaultText, String shown, T value, T byDefault) {
    boolean choice = !defaultText.equals(REQUIRED) && !path.startsWith("schema");
    if (choice && !value.equals(byDefault)) {
      source.changed(new ChangedKey(join(key), shown, defaultText));
    }
    return value;
  }

  /** The texts of a list that is given as one, and not as text. */
  private Optional<List<String>> listed(String key) {
    YamlNode.Entry entry = node.entries().get(key);
    return entry != null
            && entry.value() instanceof YamlNode.Sequence sequence
            && sequence.items().stream().allMatch(YamlNode.Scalar.class::isInstance)
        ? Optional.of(
            sequence.items().stream().map(item -> ((YamlNode.Scalar) item).text()).toList())
        : Optional.empty();
  }

  private void problem(String key, YamlNode value, String expected) {
    String found = isEmpty(value) ? "no value" : value.describe();
    source.problem(value.line(), value.column(), join(key), found + ": expected " + expected);
  }

  private static boolean isEmpty(YamlNode node) {
    return node instanceof YamlNode.Scalar scalar && scalar.text().isEmpty() && !scalar.quoted();
  }

  private String join(String key) {
    return path.isEmpty() ? key : path + '.' + key;
  }
}
