package dev.dolmen.server.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where values come from while one configuration is loaded: the file and, before it, the
 * environment. Gathers the problems and remembers which keys were asked for.
 */
final class ConfigSource {
  /** Every variable of Dolmen starts so. */
  static final String PREFIX = "DOLMEN_";

  /** Variables that are no keys: the launcher's, and the defaults of options. */
  static final Set<String> OTHER_VARIABLES =
      Set.of(
          "DOLMEN_HOME",
          "DOLMEN_CONFIG",
          "DOLMEN_DEMO_CONSOLE",
          "DOLMEN_JAVA_HOME",
          "DOLMEN_JAVA_OPTIONS",
          "DOLMEN_KEY",
          "DOLMEN_KEY_FILE",
          "DOLMEN_MVN",
          "DOLMEN_LOG_FORMAT",
          "DOLMEN_LOG_LEVEL");

  /** What Kubernetes puts into every pod's environment for a service whose name starts so. */
  private static final Pattern SERVICE_LINK =
      Pattern.compile(
          "DOLMEN_(.*_)?(SERVICE_HOST|SERVICE_PORT(_.+)?|PORT|PORT_\\d+_(TCP|UDP)(_(PROTO|PORT|ADDR))?)");

  final String file;
  final List<ConfigProblem> problems;
  private final Map<String, String> environment;
  private final Map<String, String> defaults = new LinkedHashMap<>();
  private final Map<String, String> ranges = new LinkedHashMap<>();
  private final Set<String> variables = new LinkedHashSet<>();
  private final List<ChangedKey> changed = new ArrayList<>();

  ConfigSource(String file, Map<String, String> environment, List<ConfigProblem> problems) {
    this.file = file;
    this.environment = environment;
    this.problems = problems;
  }

  /** The variable that overrides a key: {@code server.max_k} is {@code DOLMEN_SERVER_MAX_K}. */
  static String variable(String path) {
    return PREFIX + path.replace('.', '_').toUpperCase(Locale.ROOT);
  }

  /** What the environment says about a key, or null. */
  @Nullable String override(String path) {
    String variable = variable(path);
    variables.add(variable);
    return environment.get(variable);
  }

  void asked(String path, String defaultText) {
    defaults.put(path, defaultText);
  }

  /** Notes between what a key's value must be. */
  void bounded(String path, String range) {
    ranges.put(path, range);
  }

  /** Every key whose value has a range, and that. */
  Map<String, String> ranges() {
    return ranges;
  }

  /** Notes that a key's value is not the default. */
  void changed(ChangedKey key) {
    changed.add(key);
  }

  /** Keys whose value is not the default, in the order in which they were asked for. */
  List<ChangedKey> changed() {
    return changed;
  }

  /** Every key that was asked for and its default, in order. */
  Map<String, String> defaults() {
    return defaults;
  }

  void problem(int line, int column, String path, String message) {
    problems.add(new ConfigProblem(file, line, column, path, message));
  }

  void environmentProblem(String path, String message) {
    problems.add(new ConfigProblem("environment variable " + variable(path), 0, 0, path, message));
  }

  /** Refuses variables of Dolmen that nobody asked for. Call after everything was read. */
  void refuseUnknownVariables() {
    List<String> known = new ArrayList<>(variables);
    known.addAll(OTHER_VARIABLES);
    for (String name : environment.keySet().stream().sorted().toList()) {
      if (name.startsWith(PREFIX)
          && !known.contains(name)
          && !SERVICE_LINK.matcher(name).matches()) {
        problems.add(
            new ConfigProblem(
                "environment variable " + name,
                0,
                0,
                "",
                "no such variable" + NearMiss.suggestion(name, known)));
      }
    }
  }
}
