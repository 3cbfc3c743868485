package dev.dolmen.server.cli;

import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.server.config.ServerConfig;
import dev.dolmen.server.data.EventTypes;
import dev.dolmen.server.data.ImportOptions;
import dev.dolmen.server.data.TimeScale;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of every command that reads a dataset: how its files are taken. */
public final class ImportFlags {
  private static final String AUTO = "auto";
  private static final String UNKNOWN = "unknown";

  @Option(
      names = "--skip-bad-lines",
      description =
          "Leaves lines out that cannot be read, and any number of lines that say what cannot be,"
              + " and says how many. By default the command fails before it has written anything"
              + " if one line is broken, or more than a tenth say what cannot be.")
  private boolean skipBadLines;

  @Option(
      names = "--refused",
      paramLabel = "FILE",
      description = "Writes what is not taken into a file: place, reason and the line itself.")
  private @Nullable Path refused;

  @Option(
      names = "--bad-values",
      paramLabel = "refuse|unknown",
      defaultValue = "refuse",
      description =
          "What becomes of an item's value that is no number: its line is broken, or the value is"
              + " unknown. Default: ${DEFAULT-VALUE}.")
  private String badValues = "refuse";

  @Option(
      names = "--event-types",
      paramLabel = "WORD=TYPE",
      split = ",",
      description =
          "What words in a column of event types mean, such as wishlist=click,share=ignore. Types:"
              + " view, click, add_to_cart, purchase, dwell, dismiss, and ignore. The usual words"
              + " are known.")
  private Map<String, String> eventTypes = new LinkedHashMap<>();

  @Option(
      names = "--min-rating",
      paramLabel = "N",
      description =
          "Smallest number in a column label or rating that is a click. Default: any above 0; what"
              + " is below was shown and not clicked.")
  private @Nullable Double minRating;

  @Option(
      names = "--time-unit",
      paramLabel = "UNIT",
      defaultValue = AUTO,
      description =
          "What timestamps are: s, ms, us or ns since 1970, number for running numbers, or auto:"
              + " what nearly all are. Default: ${DEFAULT-VALUE}.")
  private String timeUnit = AUTO;

  /**
   * How files are read.
   *
   * @param config of the server that learns them; null for the shipped bounds
   * @throws CommandFailedException if an option is not valid
   */
  public ImportOptions options(@Nullable DolmenConfig config) {
    OptionCheck.require(
        badValues.equals("refuse") || badValues.equals(UNKNOWN),
        "--bad-values",
        badValues,
        List.of("refuse", UNKNOWN));
    ServerConfig server = config == null ? null : config.server();
    long nowMs = InstantSource.system().millis();
    ImportOptions shipped = ImportOptions.DEFAULT;
    return new ImportOptions(
        skipBadLines,
        badValues.equals(UNKNOWN),
        minRating == null ? Double.NaN : minRating,
        types(),
        scale(),
        nowMs
            + (server == null ? ImportOptions.FUTURE_TOLERANCE : server.futureTolerance())
                .toMillis(),
        server == null ? shipped.sizes() : server.sizes(),
        refused);
  }

  private EventTypes types() {
    try {
      return EventTypes.DEFAULT.with(eventTypes);
    } catch (IllegalArgumentException e) {
      throw new CommandFailedException(2, "--event-types: " + e.getMessage());
    }
  }

  private @Nullable TimeScale scale() {
    List<String> known = new ArrayList<>(List.of(AUTO));
    Stream.of(TimeScale.values()).map(TimeScale::option).forEach(known::add);
    OptionCheck.require(known.contains(timeUnit), "--time-unit", timeUnit, known);
    return Stream.of(TimeScale.values())
        .filter(s -> s.option().equals(timeUnit))
        .findFirst()
        .orElse(null);
  }
}
